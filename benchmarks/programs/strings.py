"""Text put together and taken apart: +=, join, split, format, slices, characters."""

SIZE, QUICK = 9_000, 2_000
CHECKSUMS = {SIZE: 339051646000, QUICK: 68011078000}


def words(count):
    seed = 7
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        yield "".join(chr(97 + (seed >> shift) % 26) for shift in (3, 8, 13))


def caesar(text, by):
    out = ""
    for c in text:
        if "a" <= c <= "z":
            out += chr((ord(c) - 97 + by) % 26 + 97)
        else:
            out += c
    return out


def is_palindrome(word):
    low, high = 0, len(word) - 1
    while low < high:
        if word[low] != word[high]:
            return False
        low += 1
        high -= 1
    return True


def setup(size=SIZE):
    return list(words(size))


def run(state):
    text = " ".join(state)
    shifted = caesar(text, 5)
    capital = "".join(f"{word.capitalize()}{number % 10}" for number, word in enumerate(shifted.split()))
    palindromes = sum(is_palindrome(word) for word in state)
    vowels = 0
    for c in shifted:
        if c in "aeiou":
            vowels += 1
    lines = [capital[k : k + 60].strip("0") for k in range(0, len(capital), 60)]
    return palindromes * 10**9 + vowels * 10**4 + sum(map(len, lines)) % 10**4
