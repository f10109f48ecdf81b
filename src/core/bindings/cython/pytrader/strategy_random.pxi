# The random numbers of a strategy: SplitMix64 in whole numbers, so that they are the same on every machine.

cdef u64 WORDS_GAMMA = 0x9E3779B97F4A7C15ull


# Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014.
cdef inline u64 mixed(u64 z) noexcept:
    z = (z ^ (z >> 30)) * <u64>0xBF58476D1CE4E5B9ull
    z = (z ^ (z >> 27)) * <u64>0x94D049BB133111EBull
    return z ^ (z >> 31)


cdef u64 as_word(value, str what) except? 0:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{what} must be a whole number, got {value!r}")
    number = index(value)
    if not 0 <= number < 2**64:
        raise InvalidArgument(f"{what} must be from 0 to 2**64 - 1, got {value!r}")
    return <u64>number


@cython.final
cdef class Random:
    """Random numbers that a seed repeats, each strategy's apart from the others'.

    Parameters
    ----------
    seed : int
        0 to 2**64 - 1.
    stream : str
        What the numbers are for; another text gives other numbers.
    """

    def __init__(self, seed, stream=""):
        cdef u64 name = 0xCBF29CE484222325ull
        cdef unsigned char letter
        # FNV-1a: the name as a word.
        for letter in (<str?>stream).encode():
            name = (name ^ letter) * <u64>0x100000001B3ull
        self.position = mixed(mixed(as_word(seed, "seed")) ^ name)

    def __reduce__(self):
        return restored_random, (self.position,)

    cdef u64 next(self) noexcept:
        self.position += WORDS_GAMMA
        return mixed(self.position)

    # Rejects what would make some numbers likelier than others.
    cdef u64 next_below(self, u64 bound) noexcept:
        cdef u64 least = (<u64>0 - bound) % bound
        cdef u64 word = self.next()
        while word < least:
            word = self.next()
        return word % bound

    @property
    def state(self):
        """Where it stands, a whole number; what comes next follows from it alone."""
        return self.position

    @state.setter
    def state(self, value):
        self.position = as_word(value, "state")

    def word(self):
        """A whole number from 0 to 2**64 - 1."""
        return self.next()

    def below(self, bound):
        """A whole number from 0 to `bound` - 1, each as likely; `bound` is 1 to 2**64 - 1."""
        cdef u64 limit = as_word(bound, "bound")
        if limit == 0:
            raise InvalidArgument("bound must be at least 1, got 0")
        return self.next_below(limit)

    def between(self, low, high):
        """A whole number from `low` to `high`, both of them among the likely ones."""
        first, last = index(low), index(high)
        if not 0 <= last - first < 2**64 - 1:
            raise InvalidArgument(f"between needs low <= high less than 2**64 - 1 apart, got {low!r} and {high!r}")
        return first + self.next_below(<u64>(last - first + 1))

    def chance(self, numerator, denominator):
        """True with the probability numerator / denominator."""
        cdef u64 part = as_word(numerator, "numerator")
        cdef u64 whole = as_word(denominator, "denominator")
        if whole == 0 or part > whole:
            raise InvalidArgument(f"chance needs 0 <= numerator <= denominator > 0, got {numerator!r} and {denominator!r}")
        return self.next_below(whole) < part

    def fraction(self):
        """A float from 0 up to but not 1, a multiple of 2**-53: for models, not for prices."""
        return <double>(self.next() >> 11) * (1.0 / 9007199254740992.0)

    def choice(self, items):
        """One of a sequence's items."""
        if not len(items):
            raise InvalidArgument("choice needs at least one item, got none")
        return items[self.next_below(<u64>len(items))]

    def shuffle(self, list items not None):
        """Bring a list into another order, each as likely, in place."""
        cdef Py_ssize_t place
        cdef Py_ssize_t other
        for place in range(len(items) - 1, 0, -1):
            other = <Py_ssize_t>self.next_below(<u64>(place + 1))
            items[place], items[other] = items[other], items[place]

    def sample(self, items, count):
        """`count` different items of a sequence, in the order in which they were drawn."""
        cdef u64 wanted = as_word(count, "count")
        pool = list(items)
        if wanted > <u64>len(pool):
            raise InvalidArgument(f"a sample of {count} needs as many items, got {len(pool)}")
        drawn = []
        for _ in range(wanted):
            place = self.next_below(<u64>len(pool))
            pool[place], pool[-1] = pool[-1], pool[place]
            drawn.append(pool.pop())
        return drawn


def restored_random(state):
    """A `Random` that stands where another one stood."""
    cdef Random made = Random.__new__(Random)
    made.position = as_word(state, "state")
    return made
