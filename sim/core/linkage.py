"""How numba compiles rules: with machine code of their own only where Python calls them.

Numba optimises every function, gives it machine code and a wrapper for Python, and can keep it on disk, also where only
other compiled code calls it, which links its LLVM code and optimises it once more. For three hundred rules that made
two fifths of a first compilation. A rule that compiled code calls is therefore only translated to LLVM code, for its
callers; if Python calls it later, it is compiled once more, as numba does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba.core import config
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, DefaultPassBuilder
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import register_pass
from numba.core.registry import CPUDispatcher
from numba.core.sigutils import normalize_signature
from numba.core.typed_passes import NativeLowering

_linking = [False]
"""Whether what is compiled now is for a compiled caller; changed under numba's compiler lock only."""


class Linked:
    """Stands for the entry point of a rule that has none: compiled code finds the rule by it, Python cannot call it."""


class _Library(JITCodeLibrary):
    """The LLVM code of a rule for its callers: neither optimised alone nor turned into machine code."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _Lowering(NativeLowering):
    """Numba's last step; a rule without machine code is made known to its callers here."""

    _name = "rule_lowering"

    def run_pass(self, state: Any) -> bool:
        super().run_pass(state)
        if state.flags.no_compile:
            lowered = state["cr"]
            entry = Linked()
            state.targetctx.insert_user_function(entry, lowered.fndesc, [state.library])
            state["cr"] = lowered._replace(cfunc=entry)
        return True


class _RuleCompiler(Compiler):
    """Numba's compiler, which leaves out machine code and wrappers of what only compiled code calls."""

    def __init__(self, typingctx: Any, targetctx: Any, library: Any, args: Any, result: Any, flags: Any, locals: Any):
        if _linking[0]:
            flags = flags.copy()
            flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
            library = _Library(targetctx.codegen(), "rule")
        super().__init__(typingctx, targetctx, library, args, result, flags, locals)

    def define_pipelines(self) -> list[Any]:
        """Numba's steps with another last one."""
        steps = DefaultPassBuilder.define_nopython_pipeline(self.state)
        steps.passes = [(_Lowering if step is NativeLowering else step, why) for step, why in steps.passes]
        steps.finalize()
        return [steps]


class RuleDispatcher(CPUDispatcher):
    """A compiled rule; machine code is made at the first call from Python."""

    def __init__(
        self,
        py_func: Callable[..., object],
        locals: Any = None,
        targetoptions: Any = None,
        pipeline_class: Any = _RuleCompiler,
    ):
        super().__init__(py_func, locals or {}, targetoptions or {}, pipeline_class)

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Describe the rule to a compiled caller, for which it is compiled if it never was."""
        before, _linking[0] = _linking[0], True
        try:
            return super().get_call_template(args, kws)
        finally:
            _linking[0] = before

    def compile(self, sig: Any) -> Any:
        """Compile the rule for argument types; what was compiled for callers only is replaced when Python calls it."""
        with global_compiler_lock:
            types = tuple(normalize_signature(sig)[0])
            if not _linking[0] and types in self.overloads and isinstance(self.overloads[types].entry_point, Linked):
                del self.overloads[types]
            return super().compile(sig)

    def add_overload(self, cres: Any) -> None:
        """Keep what was compiled, for Python to call if it has an entry point."""
        if isinstance(cres.entry_point, Linked):
            self.overloads[tuple(cres.signature.args)] = cres
        else:
            super().add_overload(cres)


def make_dispatcher(function: Callable[..., object], **options: Any) -> Any:
    """Make what compiles a rule for the types it is called with.

    Parameters
    ----------
    function : callable
        The rule.
    **options
        Numba's options of compilation.

    Returns
    -------
    RuleDispatcher or callable
        The function itself where numba's settings turn compilation off.
    """
    if config.DISABLE_JIT:
        return function
    return RuleDispatcher(function, targetoptions={"nopython": True, "boundscheck": None, **options})
