"""Most prefix reversals over all permutations (the fannkuch problem): lists swapped in place."""

SIZE, QUICK = 8, 7
CHECKSUMS = {SIZE: 22001616, QUICK: 16000228}


def most_flips(n):
    order = list(range(n))
    counts = [0] * n
    best = checksum = 0
    sign = 1
    while True:
        stack = order[:]
        flips = 0
        top = stack[0]
        while top:
            low, high = 0, top
            while low < high:
                stack[low], stack[high] = stack[high], stack[low]
                low += 1
                high -= 1
            flips += 1
            top = stack[0]
        if flips > best:
            best = flips
        checksum += sign * flips
        sign = -sign
        place = 1
        while True:
            if place == n:
                return best * 10**6 + checksum
            first = order[0]
            for k in range(place):
                order[k] = order[k + 1]
            order[place] = first
            counts[place] += 1
            if counts[place] <= place:
                break
            counts[place] = 0
            place += 1


def setup(size=SIZE):
    return size


def run(state):
    return most_flips(state)
