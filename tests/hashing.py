"""Hash passwords cheaply: the cost that protects them would be most of the time of tests about users."""

from typing import Final

from argon2 import PasswordHasher

QUICK_HASHER: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
