"""The command line: `python -m dxpy run|doctor|cache`.

`run` reads its options by hand, from the option table, because argparse alone would cost a short program 7 ms.
"""

import sys

USAGE = """\
usage: python -m dxpy run [options] script.py | -m module | -c code  [arguments...]
       python -m dxpy doctor
       python -m dxpy cache info|list|clear
       python -m dxpy cache warm [options] [--] script.py | -m module | -c code  [arguments...]
       python -m dxpy cache export FILE
       python -m dxpy cache import FILE --trust
       python -m dxpy --help | --version
"""


class UsageError(Exception):
    """The command line is wrong; the message says what it takes."""


def main(arguments=None):
    """The whole command; returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    command = arguments.pop(0) if arguments else "--help"
    try:
        if command == "run":
            return run(arguments)
        if command == "doctor":
            from dxpy.doctor import main as doctor

            return doctor(arguments)
        if command == "cache":
            from dxpy.cachecommand import main as cache

            return cache(arguments)
        if command in ("--version", "-V"):
            import dxpy

            print(f"dxpy {dxpy.__version__}")
            return 0
        if command in ("--help", "-h", "help"):
            print(USAGE, end="")
            return 0
        raise UsageError(f"no command is called {command!r}; there are: run, doctor, cache")
    except UsageError as error:
        print(f"dxpy: {error}", file=sys.stderr)
        print(USAGE, end="", file=sys.stderr)
        return 2


def run(arguments):
    """`run`: set the options, enable, run the program, write the report."""
    from dxpy import config, runner

    command = parse_run(arguments, config.options())
    if command.help:
        print_run_help(config.options())
        return 0
    start(command)
    try:
        if command.kind == "module":
            return runner.run_module(command.program, command.arguments)
        if command.kind == "command":
            return runner.run_command(command.program, command.arguments)
        return runner.run_script(command.program, command.arguments)
    except runner.NoSuchScript as error:
        print(error, file=sys.stderr)
        return 2


def start(command):
    """Enable with the command's options; where that cannot be, say so in a line: the program runs interpreted."""
    from dxpy import _jit, config

    try:
        config.apply({}, command.flags)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if command.report or command.stats:
        import atexit

        atexit.register(finish, command, start_recording(command))
    try:
        _jit.enable()
    except (RuntimeError, _jit.JitDisabled) as error:
        print(f"dxpy: not enabled: {error}", file=sys.stderr)


def start_recording(command):
    if not command.report:
        return None
    from dxpy.report import Recording

    return Recording()


def finish(command, recording):
    """After the program and its threads: what was asked for on the command line."""
    import dxpy

    dxpy.disable()
    if command.stats:
        stats = dxpy.stats()
        for name in stats.__match_args__:
            print(f"dxpy: {name:22} {getattr(stats, name)}", file=sys.stderr)
    if recording is not None:
        try:
            recording.write(command.report, " ".join([command.program, *command.arguments]))
        except OSError as error:
            print(f"dxpy: the report was not written: {error}", file=sys.stderr)


class RunCommand:
    """What the command line of `run` says."""

    def __init__(self):
        self.help = self.stats = False
        self.report = self.kind = self.program = None
        self.flags = {}  # option name -> (flag, text)
        self.arguments = []


def parse_run(arguments, options):
    """Read options up to the program; everything after it is the program's."""
    command = RunCommand()
    flags = {option.flag: option for option in options}
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        if word == "--":
            break
        if word[:2] in ("-m", "-c"):
            command.kind = "module" if word[1] == "m" else "command"
            command.program = word[2:] or _take(rest, word, "a module" if word == "-m" else "code")
            command.arguments = rest
            return command
        flag, equals, text = word.partition("=")
        if word in ("-h", "--help"):
            command.help = True
            return command
        if word == "--stats":
            command.stats = True
        elif flag == "--report":
            command.report = text if equals else _take(rest, flag, "a file name")
        elif flag in flags:
            option = flags[flag]
            if not equals:
                text = "1" if _is_bool(option) else _take(rest, flag, option.takes)
            command.flags[option.name] = (flag, text)
        elif flag.startswith("--no-") and _is_bool(flags.get("--" + flag[5:])) and not equals:
            command.flags[flags["--" + flag[5:]].name] = (flag, "0")
        else:
            raise UsageError(
                f"run has no option {flag}; it takes {', '.join([*flags, '--report', '--stats'])}"
            )
    if not rest:
        raise UsageError("run: what is to be run is missing: script.py, -m module or -c code")
    command.kind, command.program, command.arguments = "script", rest[0], rest[1:]
    return command


def _is_bool(option):
    return option is not None and option.type == "BOOL"


def _take(rest, flag, what):
    if not rest:
        raise UsageError(f"{flag} takes {what}, and nothing follows")
    return rest.pop(0)


def print_run_help(options):
    """The option table for people."""
    import textwrap

    print("usage: python -m dxpy run [options] script.py | -m module | -c code  [arguments...]\n")
    print("Run a program as python would, with dxpy enabled. Options, each also an environment variable:\n")
    print("A flag that takes 1 or 0 alone means 1; --no-... means 0.\n")
    rows = [(o.flag, f"{o.doc} Takes {o.takes}; now {_shown(o)}. {o.environment}.") for o in options]
    rows.append(
        ("--report", "Write a page (HTML) about what was compiled, and what not and why. Takes a file name.")
    )
    rows.append(("--stats", "Print what was counted to stderr at the end."))
    for flag, doc in rows:
        print(textwrap.fill(doc, 100, initial_indent=f"  {flag:18} ", subsequent_indent=" " * 21))


def _shown(option):
    if isinstance(option.value, tuple):
        return ",".join(map(str, option.value)) or "none"
    if isinstance(option.value, bool):
        return str(int(option.value))
    return "none" if option.value is None else str(option.value)
