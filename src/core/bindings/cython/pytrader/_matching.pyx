# One message a call into a matching engine, in ticks and lots.
# cython: binding=False, embedsignature=True, embedsignature.format=clinic, autotestdict=False
"""One message a call into a matching engine, in ticks and lots: the rows of its arrays without the array."""

cimport cython
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy
from libcpp.vector cimport vector

import operator

import numpy

from pytrader import _core
from pytrader.errors import InvalidArgument

__all__ = ["OrderEntry"]

cdef extern from "error_table.hpp" namespace "pytrader::bindings":
    cdef void translate_current_exception()

cdef extern from "matching/order_message.hpp" namespace "pytrader" nogil:
    cdef cppclass Fill:
        pass
    cdef cppclass OrderUpdate:
        pass
    cdef cppclass EngineOutput:
        vector[Fill] fills
        vector[OrderUpdate] updates

cdef extern from "order_entry.hpp" namespace "pytrader::bindings":
    bint plain_int(object, int64_t&) noexcept
    bint enum_int(object, int64_t&) noexcept
    const char* kEngineHandleName
    cdef cppclass EngineHandle:
        pass
    cdef cppclass COrderEntry "pytrader::bindings::OrderEntry":
        COrderEntry()
        COrderEntry(const EngineHandle&)
        uint8_t submit(
            uint64_t, uint8_t, int64_t, int64_t, uint8_t, uint8_t, uint16_t, uint32_t, uint8_t
        ) except +translate_current_exception
        uint8_t cancel(uint64_t) except +translate_current_exception
        uint8_t replace(uint64_t, int64_t, int64_t) except +translate_current_exception
        const EngineOutput& output() noexcept
        void clear() noexcept

cdef object LIMIT = _core.OrderType.LIMIT
cdef object GTC = _core.TimeInForce.GTC
cdef object NONE = 0
cdef object VENUE_DEFAULT = _core.SelfTrade.VENUE_DEFAULT


cdef object checked(object value, str what, object least, object most):
    """The way of what is no plain int, or is out of range."""
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None:
        raise TypeError(f"{what} must be an int, not {type(value).__name__} {value!r}; prices are ticks, quantities lots")
    if not least <= number <= most:
        raise InvalidArgument(f"{what} is {number}; give {least} to {most}")
    return number


cdef inline int64_t whole(object value, str what) except? -1:
    cdef int64_t number
    if plain_int(value, number):
        return number
    return checked(value, what, -2**63, 2**63 - 1)


cdef inline uint64_t identifier(object value) except? 1:
    cdef int64_t number
    if plain_int(value, number) and number >= 0:
        return number
    return checked(value, "order_id", 0, 2**64 - 1)


cdef inline int64_t code(object value, str what, int64_t most) except -1:
    """A member of an enumeration, or another small number."""
    cdef int64_t number
    if (plain_int(value, number) or enum_int(value, number)) and 0 <= number <= most:
        return number
    return checked(value, what, 0, most)


@cython.final
cdef class OrderEntry:
    """Messages into a matching engine, one a call: the fields of ORDER_MESSAGE go in, its status comes out.

    Parameters
    ----------
    engine : MatchingEngine
        Calls of its own, and of other entries, may stand between those of this one.

    Notes
    -----
    Prices are ticks, quantities lots; all arguments are ints or members of their enumerations. A status is a code for
    `outcome` and `reject_reason`. Fills and updates gather until `take`. Whatever needs ORDER_TERMS goes through the
    engine. TypeError and InvalidArgument are raised for arguments that no row could hold; nothing has changed then.
    """

    cdef readonly object engine
    cdef COrderEntry entry

    def __cinit__(self, engine):
        if type(engine) is not _core.MatchingEngine:
            raise TypeError(f"engine must be a MatchingEngine, not {type(engine).__name__}")
        self.entry = COrderEntry((<EngineHandle*>PyCapsule_GetPointer(engine._handle(), kEngineHandleName))[0])
        self.engine = engine

    def submit(
        self, order_id, side, price, quantity, order_type=LIMIT, time_in_force=GTC, flags=NONE, owner=NONE,
        self_trade=VENUE_DEFAULT,
    ):
        """Enters an order; a market order has price 0 or NO_PRICE."""
        return self.entry.submit(
            identifier(order_id),
            <uint8_t>code(side, "side", 255),
            whole(price, "price"),
            whole(quantity, "quantity"),
            2 if order_type is LIMIT else <uint8_t>code(order_type, "order_type", 255),
            1 if time_in_force is GTC else <uint8_t>code(time_in_force, "time_in_force", 255),
            0 if flags is NONE else <uint16_t>code(flags, "flags", 65535),
            0 if owner is NONE else <uint32_t>code(owner, "owner", 2**32 - 1),
            0 if self_trade is VENUE_DEFAULT else <uint8_t>code(self_trade, "self_trade", 255),
        )

    def cancel(self, order_id):
        """Takes a live order out."""
        return self.entry.cancel(identifier(order_id))

    def replace(self, order_id, price, quantity):
        """Gives a live order a new price and quantity, as the venue's rules say."""
        return self.entry.replace(identifier(order_id), whole(price, "price"), whole(quantity, "quantity"))

    def take(self):
        """The rows of FILL and of ORDER_UPDATE since the last `take`; their message_index counts the calls since then."""
        cdef const EngineOutput* output = &self.entry.output()
        cdef size_t fill_count, update_count
        cdef uint8_t[::1] fill_bytes, update_bytes
        # Whatever makes an object can run code that comes back here. Nothing does after the sizes were found unchanged.
        while True:
            fill_count = output.fills.size()
            update_count = output.updates.size()
            fills = numpy.empty(fill_count, _core.FILL)
            updates = numpy.empty(update_count, _core.ORDER_UPDATE)
            fill_bytes = fills.view(numpy.uint8)
            update_bytes = updates.view(numpy.uint8)
            if fill_count == output.fills.size() and update_count == output.updates.size():
                break
        if fill_count != 0:
            memcpy(&fill_bytes[0], output.fills.data(), fill_bytes.shape[0])
        if update_count != 0:
            memcpy(&update_bytes[0], output.updates.data(), update_bytes.shape[0])
        self.entry.clear()
        return fills, updates
