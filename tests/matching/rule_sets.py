"""Rule sets under which naive and compiled engine are compared: each setting, each algorithm, each preset."""

from __future__ import annotations

from typing import Any

RULE_SETS: dict[str, dict[str, Any]] = {
    "default": {"market_protection_ticks": 2},
    "slides and decrements": {
        "market_protection_ticks": 2,
        "stop_protection_ticks": 1,
        "post_only": "slide",
        "iceberg_sweep": "displayed_first",
        "self_trade": "decrement",
        "amend": "always_loses",
        "seed": 7,
    },
    "rejects triggers": {
        "market_protection_ticks": 3,
        "immediate_trigger": "reject",
        "self_trade": "cancel_oldest",
        "self_trade_scope": "group",
        "self_trade_decider": "maker",
        "replace_quantity": "open",
        "iceberg_parts_max": 5,
    },
    "rejects activations": {"immediate_trigger": "reject_activation"},
    "few offers": {
        "order_types": ("limit", "market", "stop", "pegged"),
        "times_in_force": ("gtc", "ioc", "gtd"),
        "instructions": ("hidden", "iceberg"),
    },
    "bands": {
        "bands": {
            "static_range": {"up_ticks": 9, "down_ticks": 9},
            "dynamic_range": {"up_basis_points": 40, "down_basis_points": 40},
            "entry": {"up_ticks": 12, "down_ticks": 12},
        },
    },
    "limit states": {
        "bands": {
            "static_range": {"up_ticks": 6, "down_ticks": 5},
            "breach": "rest_at_band",
            "limit_state_ns": 20,
            "pause_ns": 15,
        },
    },
    "volatility interruptions": {
        "self_trade": "cancel_newest",
        "session": {
            "volatility_auction_ns": 20,
            "extension_basis_points": 30,
            "halt_accepts_orders": True,
            "auction_reference": "at_reference",
        },
        "bands": {
            "dynamic_range": {"up_ticks": 3, "down_ticks": 3},
            "static_range": {
                "up_basis_points": 100,
                "down_basis_points": 100,
                "up_ticks": 20,
                "down_ticks": 20,
                "greater": True,
            },
            "breach": "interrupt",
            "rounding": "nearest",
        },
    },
    "A": {"allocation": {"algorithm": "allocation", "pro_rata_minimum": 1}},
    "C": {"allocation": {"algorithm": "pro_rata"}, "self_trade": "cancel_oldest"},
    "K": {
        "allocation": {
            "algorithm": "configurable",
            "fifo_percent": 40,
            "leveling": True,
            "lead_market_makers": {1: 20, 2: 10},
        },
        "iceberg_sweep": "displayed_first",
    },
    "O": {
        "allocation": {"algorithm": "threshold_pro_rata", "top_maximum": 5, "top_minimum": 2, "top_percent": 80},
    },
    "Q": {
        "allocation": {"algorithm": "threshold_pro_rata_lmm", "lead_market_makers": {3: 30}, "flagged_percent": 10},
    },
    "S": {"allocation": {"algorithm": "fifo_top_lmm", "lead_market_makers": {1: 20}}, "self_trade": "decrement"},
    "T": {"allocation": {"algorithm": "fifo_lmm", "lead_market_makers": {1: 20, 4: 25}}},
    "round lots": {"allocation": {"algorithm": "pro_rata_round_lot", "board_lot": 3}},
    "rounded up": {"allocation": {"algorithm": "pro_rata_round_up"}, "iceberg_sweep": "displayed_first"},
    **{
        preset: {"preset": preset}
        for preset in ("cme_globex", "nasdaq", "eurex", "tsx", "binance_spot", "binance_futures")
    },
}
