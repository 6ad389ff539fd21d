"""All members of JitIntegration driven at random against a small model, stats compared after each step."""

import pytest
from engine_codes import ADD, COMPILED_TIERS, TOTAL, UNUSABLE, any_text
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

import dxpy

good_codes = st.sampled_from([ADD, TOTAL])


class Function:
    """The model of one function."""

    def __init__(self):
        self.calls = self.loops = self.tier = 0
        self.compiled = False


class Engine(RuleBasedStateMachine):
    names = Bundle("names")

    @initialize(limits=st.lists(st.integers(1, 50), min_size=3, max_size=3, unique=True).map(sorted))
    def start(self, limits):
        self.engine = dxpy.JitIntegration.with_thresholds(*limits)
        self.limits, self.enabled, self.functions, self.ids = limits, True, {}, {}

    @rule(target=names, name=any_text)
    def name(self, name):
        return name

    def count(self, name, calls=0, loops=0):
        """The tier that the model says was just reached."""
        function = self.functions.setdefault(name, Function())
        function.calls += calls
        function.loops += loops
        due = sum(limit <= function.calls + function.loops // 10 for limit in self.limits)
        before, function.tier = function.tier, max(function.tier, due)
        return due if due > before else None

    @rule(name=names, code=good_codes, times=st.integers(1, 30))
    def record_calls(self, name, code, times):
        for _ in range(times):
            expected = self.count(name, calls=1) if self.enabled else None
            assert self.engine.record_call(name, code) == expected

    @rule(name=names, code=good_codes, turns=st.integers(0, 700))
    def record_loops(self, name, code, turns):
        expected = self.count(name, loops=turns) if self.enabled else None
        assert self.engine.record_loops(name, code, turns) == expected

    @rule(name=names, code=good_codes, tier=st.sampled_from(COMPILED_TIERS))
    def compile(self, name, code, tier):
        if not self.enabled:
            with pytest.raises(dxpy.JitDisabled):
                self.engine.compile(name, tier, code)
            return
        self.engine.compile(name, tier, code)
        function = self.functions.setdefault(name, Function())
        function.tier, function.compiled = max(function.tier, tier), True

    @rule(name=names, tier=st.sampled_from(COMPILED_TIERS))
    def fail_to_compile(self, name, tier):
        with pytest.raises(dxpy.CompilationFailed if self.enabled else dxpy.JitDisabled):
            self.engine.compile(name, tier, UNUSABLE)

    @rule(name=names)
    def deoptimize(self, name):
        if name in self.functions:
            self.engine.deoptimize(name)
            self.functions[name] = Function()
        else:
            with pytest.raises(dxpy.DeoptFailed):
                self.engine.deoptimize(name)

    @rule(name=names, offset=st.integers(-2, 60))
    def osr(self, name, offset):
        function = self.functions.get(name)
        entries = self.engine.osr_entries(name)
        assert entries == sorted(set(entries))
        assert not entries or function.compiled
        assert self.engine.can_osr(name, offset) == (offset in entries)
        for entry in entries:
            assert self.engine.can_osr(name, entry)
            assert self.engine.do_osr(name, entry) is None
        if offset not in entries:
            with pytest.raises(dxpy.OsrFailed):
                self.engine.do_osr(name, offset)

    @rule()
    def toggle(self):
        self.enabled = not self.enabled
        (self.engine.enable if self.enabled else self.engine.disable)()

    @rule()
    def reset(self):
        self.engine.reset()
        self.functions.clear()

    @rule(name=names)
    def map_name(self, name):
        number = self.engine.mapper.get_or_create(name)
        assert self.ids.setdefault(name, number) == number
        assert len(set(self.ids.values())) == len(self.ids)
        assert self.engine.mapper.name_of(number) == name

    @rule(name=names)
    def look(self, name):
        function = self.functions.get(name)
        profile = self.engine.profile(name)
        assert self.engine.get_tier(name) == (function.tier if function else 0)
        assert self.engine.has_compiled(name) == (function.compiled if function else False)
        if function is None:
            assert profile is None
        else:
            assert profile.calls == function.calls
            assert profile.loop_iterations == function.loops
            assert profile.tier is dxpy.CompilationTier(function.tier)
            assert profile.compiled is function.compiled
            assert profile.exits == 0

    @invariant()
    def stats_agree(self):
        if not hasattr(self, "engine"):
            return
        stats, functions = self.engine.stats(), self.functions.values()
        assert self.engine.is_enabled() == self.enabled
        assert stats.total_functions == len(functions)
        assert stats.total_calls == sum(function.calls for function in functions)
        assert stats.total_loop_iterations == sum(function.loops for function in functions)
        assert stats.compiled_functions == sum(function.compiled for function in functions)
        assert stats.pending_compiles == 0
        assert stats.total_exits == 0
        tiers = (stats.tier0_functions, stats.tier1_functions, stats.tier2_functions, stats.tier3_functions)
        assert tiers == tuple(sum(function.tier == tier for function in functions) for tier in range(4))
        assert sum(tiers) == stats.total_functions
        assert len(self.engine.records()) == stats.total_functions


Engine.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
test_engine_agrees_with_its_model = Engine.TestCase
