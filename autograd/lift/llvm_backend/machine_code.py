"""From LLVM's intermediate language to functions that run: for this processor, kept as long as used."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]
from llvmlite import ir

from autograd.arithmetic import ELEMENTARY
from autograd.lift.llvm_backend.lanes import Lanes, c_function, c_symbol


@dataclass(frozen=True)
class Processor:
    """What the code is made for: how many numbers a register holds, how many registers, and a·b + c in one."""

    name: str
    features: str
    width: int
    registers: int
    fused: bool


@cache
def processor() -> Processor:
    """The one that this program runs on."""
    if tuple(map(int, llvm.llvm_version_info[:1])) < (20,):  # newer ones need no initialisation
        llvm.initialize()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    try:
        features = llvm.get_host_cpu_features()
    except RuntimeError:  # not known for every kind of processor
        features = llvm.FeatureMap()
    width = 8 if features.get("avx512f") and features.get("avx512dq") else 4 if features.get("avx2") else 2
    arm = llvm.get_default_triple().startswith(("aarch64", "arm64"))
    fused = bool(arm or features.get("fma"))
    registers = 32 if arm or width == 8 else 16
    return Processor(llvm.get_host_cpu_name(), features.flatten(), width, registers, fused)


def lanes(builder: ir.IRBuilder, width: int | None = None) -> Lanes:
    """The arithmetic for this processor."""
    host = processor()
    return Lanes(builder, host.width if width is None else width, host.fused)


def object_code(module: ir.Module, effort: int = 2) -> bytes:
    """An object file for this processor. It holds no address: another process may load it as well.

    Args:
        module: the functions.
        effort: how much LLVM does for fast code, from 0 to 3.
    """
    machine = target_machine(effort)
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    parsed = llvm.parse_assembly(str(module))
    in_registers(parsed, machine)
    code: bytes = machine.emit_object(parsed)
    return code


class CompiledModule:
    """Compiled code, loaded.

    Args:
        code: what `object_code` made.
    """

    def __init__(self, code: bytes) -> None:
        link_c_functions()
        self.engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine())
        self.engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self.engine.finalize_object()

    def function(self, name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
        """A function of the module, to be called from Python. It lives as long as this object."""
        return ctypes.CFUNCTYPE(result, *arguments)(self.engine.get_function_address(name))


def target_machine(effort: int = 2) -> Any:
    """LLVM's compiler for this processor."""
    host = processor()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(cpu=host.name, features=host.features, opt=effort, jit=True)


@cache
def link_c_functions() -> None:
    """Tell LLVM where the C library's functions are, under the names by which code asks for them."""
    for name in ELEMENTARY:
        address = c_function(name)
        if address is not None:
            llvm.add_symbol(c_symbol(name), address)


def in_registers(module: llvm.ModuleRef, machine: Any) -> None:
    """Turn variables into registers. No other pass is worth its time: the code has its vectors and tiles already."""
    if hasattr(llvm, "create_pass_builder"):  # llvmlite 0.44 and newer
        passes = llvm.create_new_function_pass_manager()
        passes.add_sroa_pass()
        builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
        for function in module.functions:
            if not function.is_declaration:
                passes.run(function, builder)
    else:
        older = llvm.create_module_pass_manager()
        older.add_sroa_pass()
        older.run(module)
