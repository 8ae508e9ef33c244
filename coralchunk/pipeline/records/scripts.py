"""Lua scripts that change job records; Redis runs each one atomically.

Keys, in this order where a script takes them:
    job      hash: state, width, height, total, batch, streams, threads, high_priority, request, owner, kind,
             created, expires, later finisher, attempts:<batch>, continued:<batch of a task> (the batch that
             this task is at, while it continues its stream without returning to the queue), ended, error,
             progress, picture_width, picture_height, share
    results  hash: chunk index -> its probabilities, float32 little-endian; of a point job, photo index ->
             + or - (classified or failed) and JSON; written once, never changed
    open     sorted set: ids of jobs that are not final, by creation time
    kept     sorted set: ids of all jobs, by expiry time
    key      string "<job id>,...:<sha256 of the upload>": the jobs of an Idempotency-Key; for a day
    share    string: id of the job that is shared by a link; as long as the job
    held     sorted set: "<task id> <host>.<process id>" of each held slot, by its expiry; see keys.Held
    leases   sorted set: names of workers, by the time on Redis' clock when their lease ends
    storage-id  string: id of the storage in which the files of the jobs are, see queries.storage_identity
    sweeper  string: the active sweeper; as long as its lease
    missing  string: number of chunks that open jobs still miss; counted again every few minutes
    parked   list: ids of tasks that wait for a slot
    classified  string: number of chunks classified in a slice of ten seconds; for two minutes
    changes  channel: the name of the job hash, at each result, end and deletion

A deleted job leaves a hash with only state=deleted for an hour, so that nothing can write or create it.
"""

from typing import Final

# Called by every script that changes the number of missing chunks; only LOAD creates the counter.
_COUNT_MISSING: Final = """
local function count_missing(chunks)
    if redis.call('EXISTS', 'coralchunk:missing') == 1 then
        redis.call('INCRBY', 'coralchunk:missing', string.format('%d', chunks))  -- never "-0"
    end
end
local function missing_of(job)
    return (tonumber(redis.call('HGET', job, 'total')) or 0) - redis.call('HLEN', job .. ':results')
end
"""

# keys open queue draining missing workers; argv how far to look, seconds to trust the counter -> {chunks that
# open jobs still miss, tasks queued, those of them at the head that have high priority, whether the server is
# about to stop, registered workers}. Walks over the open jobs only where there is no counter.
LOAD: Final = (
    _COUNT_MISSING
    + """
local missing = redis.call('GET', KEYS[4])
if not missing then
    missing = 0
    for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
        missing = missing + missing_of('coralchunk:job:' .. id)
    end
    redis.call('SET', KEYS[4], missing, 'EX', ARGV[2])
end
local high_priority = 0
for _, waiting in ipairs(redis.call('LRANGE', KEYS[2], 0, ARGV[1] - 1)) do
    if string.sub(waiting, 1, 1) ~= '0' then break end
    high_priority = high_priority + 1
end
return {tonumber(missing), redis.call('LLEN', KEYS[2]), high_priority, redis.call('EXISTS', KEYS[3]),
    redis.call('SCARD', KEYS[5])}
"""
)

# keys job open kept [key]; argv id, created, expires, what to keep under key, owner, kind, how many open jobs
# of this kind an owner may have (0: any number), id of the job that must have been created before this one
# (or empty), then field, value, ... -> 1, or 0 if the id is taken or that job is not there, or minus the open
# jobs of this owner if these are too many, or the value of key if that existed; then nothing is created.
CREATE: Final = (
    _COUNT_MISSING
    + """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if ARGV[8] ~= '' and redis.call('EXISTS', 'coralchunk:job:' .. ARGV[8]) == 0 then return 0 end
local most, same = tonumber(ARGV[7]), 0
if most > 0 then
    for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
        local owner, kind = unpack(redis.call('HMGET', 'coralchunk:job:' .. id, 'owner', 'kind'))
        if kind == 'enquiry' then kind = 'points' end  -- as version 0.3 wrote it
        if owner == ARGV[5] and kind == ARGV[6] then same = same + 1 end
    end
    if same >= most then return -same end
end
if KEYS[4] and not redis.call('SET', KEYS[4], ARGV[4], 'NX', 'EX', 86400) then
    return redis.call('GET', KEYS[4])
end
redis.call('HSET', KEYS[1], 'state', 'queued', 'created', ARGV[2], 'expires', ARGV[3], 'owner', ARGV[5],
    'kind', ARGV[6], unpack(ARGV, 9))
redis.call('EXPIREAT', KEYS[1], math.ceil(tonumber(ARGV[3])) + 60)
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
count_missing(missing_of(KEYS[1]))
return 1
"""
)

# keys job results; argv batch of the task, most attempts -> {step, batch, next}. step is one of gone,
# recorded, poison, classify, finish (see records.step); batch is the one that the task is at; next is the
# next batch of the same stream that has no results, or -1.
BEGIN: Final = """
local state, batch_chunks, total, streams, streams_before_1_0, finisher, continued =
    unpack(redis.call('HMGET', KEYS[1], 'state', 'batch', 'total', 'streams', 'lanes', 'finisher',
        'continued:' .. ARGV[1]))
local batch = continued or ARGV[1]
local number = tonumber(batch)
if state ~= 'queued' and state ~= 'processing' then return {'gone', number, -1} end
batch_chunks, total = tonumber(batch_chunks), tonumber(total)
streams = tonumber(streams or streams_before_1_0)
local step = 'classify'
if redis.call('HEXISTS', KEYS[2], number * batch_chunks) == 1 then
    if finisher ~= batch then return {'recorded', number, -1} end
    step = 'finish'
end
if redis.call('HINCRBY', KEYS[1], 'attempts:' .. batch, 1) > tonumber(ARGV[2]) then
    return {'poison', number, -1}
end
local next_batch = number + streams
while next_batch * batch_chunks < total do
    if redis.call('HEXISTS', KEYS[2], next_batch * batch_chunks) == 0 then
        return {step, number, next_batch}
    end
    next_batch = next_batch + streams
end
return {step, number, -1}
"""

# keys job; argv batch of the task -> nothing. Reverts the count of BEGIN.
REFUND_ATTEMPT: Final = """
if redis.call('EXISTS', KEYS[1]) == 1 then
    local batch = redis.call('HGET', KEYS[1], 'continued:' .. ARGV[1]) or ARGV[1]
    redis.call('HINCRBY', KEYS[1], 'attempts:' .. batch, -1)
end
"""

# keys job results classified; argv batch, batch of the task, next batch that this task continues with (or
# empty), then index, probabilities, ... -> 1 if this batch is the one that must finish the job, 0 if not, -1
# if the job is gone. Only one batch of a job ever gets 1, but it gets it again when its task runs again after
# a crash.
RECORD: Final = (
    _COUNT_MISSING
    + """
local state, expires, total = unpack(redis.call('HMGET', KEYS[1], 'state', 'expires', 'total'))
if state ~= 'queued' and state ~= 'processing' then return -1 end
local new = 0
for argument = 4, #ARGV, 2 do
    new = new + redis.call('HSETNX', KEYS[2], ARGV[argument], ARGV[argument + 1])
end
redis.call('INCRBY', KEYS[3], new)
count_missing(-new)
redis.call('EXPIRE', KEYS[3], 120)
redis.call('EXPIREAT', KEYS[2], math.ceil(tonumber(expires)) + 60)
redis.call('HSET', KEYS[1], 'state', 'processing')
redis.call('PUBLISH', 'coralchunk:changes', KEYS[1])
local is_last = 0
if redis.call('HLEN', KEYS[2]) >= tonumber(total) then
    redis.call('HSETNX', KEYS[1], 'finisher', ARGV[1])
    if redis.call('HGET', KEYS[1], 'finisher') == ARGV[1] then is_last = 1 end
end
-- A task that is put back after a crash begins where this one was.
local at = is_last == 1 and ARGV[1] or ARGV[3]
if at ~= '' and at ~= ARGV[2] then
    redis.call('HSET', KEYS[1], 'continued:' .. ARGV[2], at)
else
    redis.call('HDEL', KEYS[1], 'continued:' .. ARGV[2])
end
return is_last
"""
)

# keys job open; argv id, final state, then field, value, ... -> 1, or 0 if the job is gone or already final.
CLOSE: Final = (
    _COUNT_MISSING
    + """
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'queued' and state ~= 'processing' then return 0 end
count_missing(-missing_of(KEYS[1]))
local ended = string.format('%d.%06d', unpack(redis.call('TIME')))
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'ended', ended, unpack(ARGV, 3))
redis.call('ZREM', KEYS[2], ARGV[1])
if KEYS[3] then redis.call('RPUSH', KEYS[3], ARGV[1] .. ' ' .. ended) end
redis.call('PUBLISH', 'coralchunk:changes', KEYS[1])
return 1
"""
)

# keys job; argv share of the work that is done, 0 to 1 -> 1, or 0 if the job is gone or final.
PROGRESS: Final = """
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'queued' and state ~= 'processing' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'processing', 'progress', ARGV[1])
redis.call('PUBLISH', 'coralchunk:changes', KEYS[1])
return 1
"""

# keys results of a point job -> {photos classified, photos failed}.
OUTCOMES: Final = """
local classified, failed = 0, 0
for _, result in ipairs(redis.call('HVALS', KEYS[1])) do
    if string.sub(result, 1, 1) == '+' then classified = classified + 1 else failed = failed + 1 end
end
return {classified, failed}
"""

# keys job results open kept; argv id, seconds to remember -> 1, or 0 if there was no such job.
DELETE: Final = (
    _COUNT_MISSING
    + """
local state = redis.call('HGET', KEYS[1], 'state')
if not state or state == 'deleted' then return 0 end
if state == 'queued' or state == 'processing' then count_missing(-missing_of(KEYS[1])) end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'state', 'deleted')
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('PUBLISH', 'coralchunk:changes', KEYS[1])
return 1
"""
)

# keys held; argv task and process, now, when the slot expires, number of slots -> 1 if a slot was free, or 0.
ACQUIRE_SLOT: Final = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
return 1
"""

# keys job share; argv id, share id, expires -> the id under which the job is shared, an earlier one if
# there is one, or false if the job is gone.
SHARE: Final = """
local state, earlier = unpack(redis.call('HMGET', KEYS[1], 'state', 'share'))
if not state or state == 'deleted' then return false end
if earlier then return earlier end
redis.call('HSET', KEYS[1], 'share', ARGV[2])
redis.call('SET', KEYS[2], ARGV[1])
redis.call('EXPIREAT', KEYS[2], math.ceil(tonumber(ARGV[3])) + 60)
return ARGV[2]
"""

# keys queue; argv task id, a priority number -> length of the queue. Ids begin with their priority number,
# one digit, 0 first. The task goes in front of the first task of that number or a larger one; only the tasks
# of small numbers at the head are walked over.
ENQUEUE: Final = """
local before = tonumber(ARGV[2])
for _, waiting in ipairs(redis.call('LRANGE', KEYS[1], 0, 255)) do
    if tonumber(string.sub(waiting, 1, 1)) >= before then
        return redis.call('LINSERT', KEYS[1], 'BEFORE', waiting, ARGV[1])
    end
end
return redis.call('RPUSH', KEYS[1], ARGV[1])
"""
