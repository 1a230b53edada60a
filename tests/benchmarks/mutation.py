"""How many small errors in the code the tests of their own module find, as a share of those that were tried.

    CI=1 python tests/benchmarks/mutation.py                        # all files, all mutants: hours
    CI=1 python tests/benchmarks/mutation.py --sample 70 reverse    # 70 of each file whose path has "reverse" in it
    CI=1 python tests/benchmarks/mutation.py --sample 70 --seed 1   # another 70 of each

A mutant is the file with one change: another comparison or operator, a number one off, `and` for `or`, a condition
negated, a statement left out, nothing returned, a keyword or a default left out, two arguments swapped. Each runs in a
fork of a process that has loaded pytest and the outside packages, from memory: no file is written. A mutant that hangs,
which is one that computes four times as long as the file as it is, counts as found. What survives is printed, to be
looked at: a test is missing, the code is not needed, or it is one of `EQUIVALENT`, which do the same by another way and
do not count. Assertions are not tried, nor is the `strict=True` of a `zip`, which is one: they say what holds.
"""

import argparse
import ast
import importlib.machinery
import os
import random
import signal
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: The tests that speak of a file, those that find most first.
TESTS = {
    "autograd/ops.py": (  # the last two are about its notations
        "autograd/test_ops.py autograd/test_edges.py autograd/test_accuracy.py autograd/show/test_derive.py"
        " autograd/show/writing/test_formula.py"
    ),
    "autograd/value.py": (
        "autograd/test_value.py autograd/test_recording.py autograd/test_backward.py autograd/test_edges.py"
    ),
    "autograd/transforms.py": "autograd/test_transforms.py autograd/test_recording.py",
    "autograd/lift/capture/folding.py": "autograd/lift/capture/test_simplify.py autograd/lift/arrays/test_regroup.py",
    "autograd/lift/capture/simplify.py": (
        "autograd/lift/capture/test_simplify.py autograd/lift/capture/test_unused.py"
        " autograd/lift/arrays/test_regroup.py autograd/lift/test_programs.py"
    ),
    "autograd/lift/capture/unused.py": "autograd/lift/capture/test_unused.py",
    "autograd/lift/arrays/reverse.py": (
        "autograd/lift/arrays/test_reference.py autograd/lift/test_back_ends.py::test_random_array_programs"
    ),
    **dict.fromkeys(
        [f"autograd/lift/javascript_backend/{name}.py" for name in ("loop_nest", "over_samples", "passes")],
        "autograd/lift/javascript_backend autograd/lift/test_batch_script.py",
    ),
    "nn/basics/mode.py": "nn/test_dropout.py",
    "nn/dropout.py": "nn/test_dropout.py",
    "nn/optimizers/base.py": "nn/optimizers",
    "nn/optimizers/gradient_descent.py": "nn/optimizers",
    "nn/saving.py": "nn/test_saving.py",
    "nn/schedules.py": "nn/test_schedules.py",
    "nn/training/checkpoint.py": "nn/test_trainer.py nn/training/test_resuming.py nn/basics/test_forms.py",
    "nn/training/epochs.py": (
        "nn/test_trainer.py nn/training/test_kept_weights.py nn/training/test_resuming.py nn/test_dropout.py"
    ),
    "nn/training/improvement.py": "nn/training/test_kept_weights.py",
    "nn/training/masks.py": "nn/test_dropout.py",
    "nn/training/state.py": "nn/training/test_state.py nn/training/test_resuming.py nn/training/test_kept_weights.py",
}

#: Left out for the time they take: very long chains, and the fourth derivatives that mpmath takes longest for.
QUICK = "not chain_of and not 100_000 and not (order_four and (erf or gelu or gaussian))"

#: A line and its mutant that do the same, and why.
EQUIVALENT = {
    ("min(step / self.steps, 1.0)", "min(1.0, step / self.steps)"): "the smaller of two numbers, in either order",
    ("sign * int(number[x])", "sign / int(number[x])"): "both are +1 or -1",
    ("return (ops.DOT,)", "return None"): "another name for a kind of its own",
    ("zip(flat(grad(f)(p)), weights, strict=True)", "zip(weights, flat(grad(f)(p)), strict=True)"): "a product's order",
    ("sign < 0", "sign <= 0"): "it is +1 or -1",
    ("return ''", "return None"): "no text is as false as an empty one",
    ("zeros[instruction.out] |= ~arrived[instruction.out]", "pass"): "new memory is 0 where nothing arrives",
    (
        "return None if isinstance(instruction, MatrixProduct) else instruction.op",
        "return None",
    ): "a partial of 0 is seen",
    ("strides_of(target) or ()", "strides_of(target) and ()"): "an addition to 0 where a store would do",
    ("slice(None) if s else slice(1)", "slice(None) if not s else slice(1)"): "an addition to 0 where a store would do",
}

OTHER = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or,
    ast.Or: ast.And,
}  # fmt: skip
NOT_RUN = {"annotation", "returns", "decorator_list", "type_params"}


def without(items, item):
    return [other for other in items if other is not item]


def changes(node, in_function):
    """What may be put into a field of the node instead of what is there: (field, other)."""
    match node:
        case ast.Constant(bool(value)):
            yield "value", not value
        case ast.Constant(int(value) | float(value)):
            yield "value", value + 1
        case ast.BinOp(op=op) | ast.AugAssign(op=op) | ast.BoolOp(op=op) if type(op) in OTHER:
            yield "op", OTHER[type(op)]()
        case ast.UnaryOp(ast.USub()):
            yield "op", ast.UAdd()
        case ast.Compare(ops=[op, *rest]):
            yield "ops", [OTHER[type(op)](), *rest]
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield "test", ast.UnaryOp(ast.Not(), test)
        case ast.Return(ast.expr()):
            yield "value", ast.Constant(None)
        case ast.Call(args=args, keywords=keywords):
            told = [keyword for keyword in keywords if keyword.arg not in (None, "strict")]
            yield from (("keywords", without(keywords, keyword)) for keyword in told)
            if len(args) > 1:
                yield "args", [args[1], args[0], *args[2:]]
        case ast.arguments(defaults=[_, *defaults]):
            yield "defaults", defaults
    if in_function:
        for line in getattr(node, "body", ()) if not isinstance(node, (ast.Lambda, ast.IfExp)) else ():
            told = isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)  # a docstring
            if isinstance(line, (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise)) and not told:
                yield "body", [ast.Pass() if other is line else other for other in node.body]


def mutants(node, line=1, in_function=False):
    """All (line, node, field, other) of a tree, in order of the text."""
    line = getattr(node, "lineno", line)
    in_function = in_function or isinstance(node, (ast.FunctionDef, ast.Lambda))
    yield from ((line, node, *change) for change in changes(node, in_function))
    for field, value in ast.iter_fields(node):
        for child in (value if isinstance(value, list) else [value]) if field not in NOT_RUN else ():
            asserted = isinstance(child, ast.Assert) or (isinstance(child, ast.keyword) and child.arg == "strict")
            if isinstance(child, ast.AST) and not asserted:
                yield from mutants(child, line, in_function)


def described(node, field, other):
    """The change in words: what stood there, and what stands there now. It is made."""
    before = ast.unparse(node).splitlines()
    setattr(node, field, other)
    after = ast.unparse(ast.fix_missing_locations(node)).splitlines()
    changed = [pair for pair in zip(before, [*after, *[""] * len(before)]) if pair[0] != pair[1]]
    return tuple(text.strip() for text in changed[0]) if changed else ("", "")


class Mutated(importlib.machinery.SourceFileLoader):
    """Loads a module from a tree instead of its file."""

    tree: ast.Module

    def get_code(self, fullname):
        return compile(self.tree, self.path, "exec")

    def find_spec(self, fullname, path=None, target=None):
        return importlib.machinery.ModuleSpec(fullname, self, origin=self.path) if fullname == self.name else None


def run(file, tree, seconds):
    """Whether the tests of a file pass with another tree of it, and how many seconds they computed, at most so many."""
    import pytest

    child = os.fork()
    if child == 0:
        os.setsid()
        signal.setitimer(signal.ITIMER_PROF, seconds)  # not by the clock: others may be computing, too
        signal.alarm(round(20 * seconds))  # who waits does not compute
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        loader = Mutated(file.removesuffix(".py").replace("/", "."), str(ROOT / file))
        loader.tree = tree
        sys.meta_path.insert(0, loader)
        options = "-x -q --tb=no -p no:cacheprovider --hypothesis-profile=quick -Wignore::pytest.PytestWarning".split()
        os._exit(pytest.main([*options, "-k", QUICK, *(str(ROOT / "tests" / name) for name in TESTS[file].split())]))
    _, status, used = os.wait4(child, 0)
    return status == 0, used.ru_utime + used.ru_stime


def measure(file, sample, seed):
    """How many mutants of a file are found, and how many were tried; those that are not are printed."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    passes, seconds = run(file, tree, 600.0)
    if not passes:
        sys.exit(f"the tests of {file} fail as it is: {TESTS[file]}")
    every = list(mutants(tree))
    chosen = random.Random(seed).sample(every, min(sample or len(every), len(every)))
    tried = found = 0
    for line, node, field, other in sorted(chosen, key=lambda mutant: mutant[0]):
        was = getattr(node, field)
        change = described(node, field, other)
        if change not in EQUIVALENT:
            tried += 1
            found += not (lives := run(file, tree, 2.0 + 4.0 * seconds)[0])
            if lives:
                print(f"  {file}:{line}: {' → '.join(change)}", flush=True)
        setattr(node, field, was)
    print(f"{file}: {found} of {tried} found ({len(every)} in all, {seconds:.0f} s each)", flush=True)
    return found, tried


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", help="parts of paths; all if there are none")
    parser.add_argument("--sample", type=int, help="so many mutants of each file")
    parser.add_argument("--seed", type=int, default=0, help="which")
    asked = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for package in ("numpy", "llvmlite.binding", "sklearn.datasets"):  # loaded once, here
        import_module(package)
    from hypothesis import Phase, settings

    phases = (Phase.explicit, Phase.generate)  # a failure need not be small
    settings.register_profile("quick", deadline=None, derandomize=True, max_examples=25, phases=phases)
    files = [file for file in TESTS if not asked.files or any(part in file for part in asked.files)]
    results = [measure(file, asked.sample, asked.seed) for file in files]
    found, tried = map(sum, zip(*results))
    print(f"together: {found} of {tried} found, {found / tried:.1%}")


if __name__ == "__main__":
    main()
