"""Machine code by its fingerprint: what is in use already, or lies on disk, is not compiled again."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakValueDictionary

from autograd.lift.llvm_backend.code_on_disk import fetched, keep
from autograd.lift.llvm_backend.machine_code import CompiledModule

#: fingerprint → the code of a program that is in use
loaded: WeakValueDictionary[bytes, CompiledModule] = WeakValueDictionary()


def compiled_once(key: bytes | None, compiled: Callable[[], bytes]) -> CompiledModule:
    """The code of that fingerprint (None: of none that can be told), compiled if nobody has."""
    if key is None:
        return CompiledModule(compiled())
    found = loaded.get(key)
    if found is None:
        code = fetched(key)
        if code is None:
            code = compiled()
            keep(key, code)
        found = loaded[key] = CompiledModule(code)
    return found
