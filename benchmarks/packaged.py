"""pyperformance's pure-Python programs through pyperf, stock and dxpy in turn, like our own."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import measure

# name, folder, arguments. Programs whose time is C code (regex, json, pickle, sqlite, decimal) are not here.
PROGRAMS = [
    ("2to3", "bm_2to3", []),
    ("argparse", "bm_argparse", ["many_optionals"]),
    ("async_generators", "bm_async_generators", []),
    ("async_tree_none", "bm_async_tree", ["none"]),
    ("async_tree_memoization", "bm_async_tree", ["memoization"]),
    ("barnes_hut", "bm_barnes_hut", []),
    ("chaos", "bm_chaos", []),
    ("comprehensions", "bm_comprehensions", []),
    ("coroutines", "bm_coroutines", []),
    ("crypto_pyaes", "bm_crypto_pyaes", []),
    ("deepcopy", "bm_deepcopy", []),
    ("deltablue", "bm_deltablue", []),
    ("django_template", "bm_django_template", []),
    ("docutils", "bm_docutils", []),
    ("fannkuch", "bm_fannkuch", []),
    ("float", "bm_float", []),
    ("generators", "bm_generators", []),
    ("genshi", "bm_genshi", []),
    ("go", "bm_go", []),
    ("hexiom", "bm_hexiom", []),
    ("html5lib", "bm_html5lib", []),
    ("logging", "bm_logging", []),
    ("mako", "bm_mako", []),
    ("mdp", "bm_mdp", []),
    ("meteor_contest", "bm_meteor_contest", []),
    ("nbody", "bm_nbody", []),
    ("networkx", "bm_networkx", ["k_core"]),
    ("nqueens", "bm_nqueens", []),
    ("pathlib", "bm_pathlib", []),
    ("pickle_pure_python", "bm_pickle", ["--pure-python", "pickle"]),
    ("unpickle_pure_python", "bm_pickle", ["--pure-python", "unpickle"]),
    ("pprint", "bm_pprint", []),
    ("pyflate", "bm_pyflate", []),
    ("python_startup", "bm_python_startup", []),
    ("raytrace", "bm_raytrace", []),
    ("regex_compile", "bm_regex_compile", []),
    ("richards", "bm_richards", []),
    ("richards_super", "bm_richards_super", []),
    ("scimark", "bm_scimark", []),
    ("spectral_norm", "bm_spectral_norm", []),
    ("sqlglot", "bm_sqlglot_v2", ["optimize"]),
    ("sympy", "bm_sympy", ["str"]),
    ("tomli_loads", "bm_tomli_loads", []),
    ("typing_runtime_protocols", "bm_typing_runtime_protocols", []),
    ("unpack_sequence", "bm_unpack_sequence", []),
    ("xml_etree", "bm_xml_etree", ["iterparse", "--etree-module", "xml.etree.ElementTree"]),
    ("yaml", "bm_yaml", []),
]


def folder(python):
    code = "import pyperformance, os; print(os.path.dirname(pyperformance.__file__))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return Path(done.stdout.strip(), "data-files", "benchmarks") if done.returncode == 0 else None


def install(python, names):
    """Install what the chosen programs need, each as pyperformance pins it; some need nothing."""
    root = folder(python)
    for name, place, _ in PROGRAMS:
        wanted = root / place / "requirements.txt"
        if (names is None or name in names) and wanted.exists():
            command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(wanted)]
            subprocess.run(command, check=False)


def environment(engine):
    extra = dict(engine.environment)
    if engine.name == "dxpy":
        path = os.pathsep.join([str(measure.HERE / "site"), str(measure.ROOT)])
        extra.update({"DXPY_ENABLE": "1", "PYTHONPATH": path})
    return measure.clean_environment(extra)


def one(engine, script, arguments, quick):
    """name of each benchmark in the script -> {"steady", "first", "memory"} of one worker process."""
    amount = (
        ["-w", "20", "-n", "5", "--min-time", "0.05"]
        if quick
        else ["-w", "15", "-n", "15", "--min-time", "0.1"]
    )
    with tempfile.TemporaryDirectory(prefix="dxpy-bench-") as work:
        out = Path(work, "out.json")
        command = [engine.python, str(script), *arguments, "-p", "1", *amount, "--copy-env", "-o", str(out)]
        env = {**environment(engine), "DXPY_CACHE_DIR": work}
        measure.run(command, env, timeout=900)
        data = json.loads(out.read_text())
    common = data.get("metadata", {})
    found = {}
    for bench in data["benchmarks"]:
        run = bench["runs"][-1]
        meta = {**common, **bench.get("metadata", {}), **run.get("metadata", {})}
        name = meta["name"]
        warmups = [value for _, value in run.get("warmups", [])]
        found[name] = {
            "steady": statistics.median(run["values"]),
            "first": (warmups or run["values"])[0],
            "memory": meta.get("command_max_rss") or meta.get("mem_max_rss"),
        }
    return found


def why(error):
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else "failed"


def measure_all(columns, args, names=None):
    """Like run.py's own programs: benchmark -> engine -> figures. A program that stock cannot run is left out, said."""
    root = folder(sys.executable)
    if root is None:
        sys.exit("pyperformance is not installed: pip install pyperformance")
    result = {}
    install(sys.executable, names)
    for name, place, arguments in PROGRAMS:
        if names is not None and name not in names:
            continue
        runs = {}
        for _ in range(args.pairs):
            try:
                for engine in columns:
                    try:
                        found = one(engine, root / place / "run_benchmark.py", arguments, args.quick)
                    except measure.Failed as error:
                        if engine.name == "stock":
                            raise
                        runs.setdefault(name, {}).setdefault(engine.name, []).append({"failed": str(error)})
                        continue
                    for bench, figures in found.items():
                        runs.setdefault(bench, {}).setdefault(engine.name, []).append(figures)
            except measure.Failed as error:
                print(
                    f"{name:24} left out: stock cannot run it here ({why(error)})",
                    file=sys.stderr,
                    flush=True,
                )
                break
        for bench, by_engine in runs.items():
            result[bench] = {engine: median(figures) for engine, figures in by_engine.items()}
            stock, dxpy = (result[bench].get(side, {}).get("steady") for side in ("stock", "dxpy"))
            print(
                f"{bench:24} {stock / dxpy if stock and dxpy else float('nan'):6.2f}x",
                file=sys.stderr,
                flush=True,
            )
    return result


def median(figures):
    failed = [item["failed"] for item in figures if "failed" in item]
    if failed:
        return {"failed": failed[0]}
    keys = ("steady", "first", "memory")
    return {
        key: statistics.median(item[key] for item in figures) for key in keys if figures[0][key] is not None
    }
