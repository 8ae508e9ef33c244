"""Faults, one after the other, on a real server in work; and the question whether anything was lost.

python -m chaos --seconds 180 --seed 1
"""
