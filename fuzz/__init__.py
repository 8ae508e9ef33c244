"""Bytes nobody thought of -> imaging.decode, for as long as one likes.

python -m fuzz corpus fuzz/corpus        # generate the seeds
python -m fuzz decode fuzz/corpus        # libFuzzer's options may follow, as -max_total_time=60
"""
