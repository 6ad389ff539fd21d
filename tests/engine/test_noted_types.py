"""What tier 1 notes of values that nothing else tells the type of, and what is known of functions handed over."""


def test_rows_are_known_where_they_are_gone_over(check):
    out = check("""
    dxpy.enable(thresholds=(10, 40, 100000), sync=True, only=["__main__.products", "__main__.times*"])
    def products(a, b):
        total = 0.0
        for row, other in zip(a, b):
            for x, y in zip(row, other): total += x * y
        return total
    def times(a, v): return [sum(x * y for x, y in zip(row, v)) for row in a]
    rows = [[float(i + k) for i in range(5)] for k in range(4)]
    calls(products, 100, rows, rows)
    calls(times, 100, rows, rows[0])
    print("rt_call" in dxpy.dump(products, "opt"), "rt_call" in dxpy.dump(times, "opt"))
    print(products(rows, rows), times(rows, rows[1]))
    print(products(map(tuple, rows), map(set, rows)), products([], ()), times([(1, 2)], [2, 3]))
    """)
    lines = out.splitlines()
    assert lines[0] == "False False"
    assert lines[1] == "310.0 [40.0, 55.0, 70.0, 85.0]"
    assert lines[2] == "310.0 0.0 [8]"


def test_items_that_are_unpacked_are_known_by_their_place(check):
    out = check("""
    dxpy.enable(thresholds=(10, 40, 100000), sync=True, only=["__main__.work"])
    def work(grid):
        total = 0
        for y, row in enumerate(grid):
            for x, cell in enumerate(row): total += x * y * cell
        return total
    grid = [[(x + y) % 7 for x in range(9)] for y in range(6)]
    calls(work, 100, grid)
    print("rt_call" in dxpy.dump(work, "opt"), work(grid))
    print(work(map(tuple, grid)), work([{1: 2}, "", range(3)]), work([[1.5, 2.5], (3, 4)]))
    try: work([[], 7])
    except TypeError as error: print(error)
    """)
    assert out.splitlines() == ["False 1750", "1750 10 4.0", "'int' object is not iterable"]


def test_what_a_call_gives_is_noted(check):
    out = check("""
    dxpy.enable(thresholds=(10, 40, 100000), sync=True, only=["__main__.work"])
    made = [1.5, 2.5]
    give = lambda: made
    def work(): return sum([x for x in give()]) + len(give())
    calls(work, 100)
    print("rt_get_iter" in dxpy.dump(work, "opt"), work())
    made = (1, 2, 3)
    print(work())
    made = {4: 5}
    print(work())
    """)
    assert out.splitlines() == ["False 6.0", "9", "5"]


def test_functions_handed_over_by_turns_stay_in_line(check):
    """Those that are gone again, and one of a name among them."""
    out = check("""
    dxpy.enable(thresholds=(10, 40, 100000), sync=True, only=["__main__.*"], exclude=["__main__.calls"])
    def whole(f, n):
        total = 0
        for i in range(n): total += f(i)
        return total
    def named(x): return x + 1
    def one(): return whole(named, 40)
    def two(): return whole(lambda x: x * 2, 40)
    def three(): return whole(named, 20) + whole(lambda x: x - 3, 40)
    def four(): return whole(lambda x: x, 20) + whole(lambda x: -x, 40)
    for f in (one, two, three, four): calls(f, 300)
    for f in (one, two, three, four): print(f(), "rt_call" in dxpy.dump(f, "opt"))
    print(whole(abs, 40), whole(float, 3))
    """)
    assert out.splitlines() == ["820 False", "1560 False", "870 False", "-590 False", "780 3.0"]


def test_a_function_made_anew_in_a_cell_is_known_by_its_code(check):
    out = check("""
    dxpy.enable(thresholds=(10, 40, 100000), sync=True, only=["__main__.*"], exclude=["__main__.calls"])
    def outer(n):
        def weight(i, j): return (i + j) * (i + j + 1) // 2
        def row(k): return [sum(weight(i, j) for j in range(k)) for i in range(k)]
        def column(k): return [sum(weight(j, i) for j in range(k)) for i in range(k)]
        return sum(row(n)) + sum(column(n))
    calls(outer, 200, 5)
    print(outer(5), outer(6), "rt_call" in dxpy.dump(outer, "opt"))
    """)
    assert out == "600 1290 False\n"


def test_a_comprehension_in_line_counts_for_its_function(check):
    check("""
    import time
    dxpy.enable(only=["__main__.*"])
    rows = [[float(i) for i in range(200)] for _ in range(200)]
    def work(): return [[x * 2 for x in row] for row in rows]
    end = time.monotonic() + 40
    while engine.get_tier("__main__.work") < 3 and time.monotonic() < end: work()
    assert engine.get_tier("__main__.work") == 3 and engine.profile("__main__.work").calls < 10_000
    """)


def test_the_sign_of_a_noted_number_is_changed_in_line(check):
    out = check("""
    dxpy.enable(thresholds=(10, 40, 100000), sync=True, only=["__main__.*"], exclude=["__main__.calls"])
    def turned(rows):
        total = 0
        for row in rows: total = total + -row[1]
        return total
    def without(rows, v): return [[x for x in row if x != -v] for row in rows]
    rows = [[i, i + 1] for i in range(9)]
    calls(turned, 100, rows)
    calls(without, 100, rows, -3)
    print("rt_negative" in dxpy.dump(turned, "opt"), turned(rows), without(rows[:4], -3))
    print(turned([(1, 2.5), (1, True)]), turned([[0, -(2**63)]]), without([[1, 2**70, -1.5]], -(2**70)))
    try: turned([["", "no number"]])
    except TypeError as error: print(error)
    """)
    lines = out.splitlines()
    assert lines[0] == "False -45 [[0, 1], [1, 2], [2], [4]]"
    assert lines[1] == "-3.5 9223372036854775808 [[1, -1.5]]"
    assert lines[2] == "bad operand type for unary -: 'str'"
