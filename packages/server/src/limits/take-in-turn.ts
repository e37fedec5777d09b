/**
 * `createLimiter`'s arithmetic in Redis. Of a bucket is kept what was missing in it, in ticks, at a moment, and how many
 * ticks a millisecond had: that stays small where ticks since the epoch would not be exact any more.
 *
 * KEYS: the buckets, in turn. ARGV: the time in milliseconds or an empty string for Redis's own, then of each bucket its
 * limit, the ticks of a take (milliseconds of its window) and its burst. Answers for each that was asked: allowed (1 or
 * 0), and the ticks that are missing now. A bucket that is full again is forgotten by Redis's own time: by another, none is.
 */
export const TAKE_IN_TURN = `
local now = tonumber(ARGV[1])
local isOwnTime = now == nil
if isOwnTime then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local answer = {}
for index, key in ipairs(KEYS) do
  local limit = tonumber(ARGV[3 * index - 1])
  local ticks = tonumber(ARGV[3 * index])
  local capacity = tonumber(ARGV[3 * index + 1]) * ticks
  local debt = 0
  local kept = redis.call('GET', key)
  if kept then
    local missing, at, rate = string.match(kept, '^(%d+):(%d+):(%d+)$')
    if missing then
      debt = tonumber(missing)
      if tonumber(rate) ~= limit then
        debt = math.floor(debt / tonumber(rate) * limit + 0.5)
      end
      debt = math.min(math.max(debt - (now - tonumber(at)) * limit, 0), capacity)
    end
  end
  local allowed = 0
  if debt + ticks <= capacity then
    allowed = 1
    debt = debt + ticks
  end
  local missing = string.format('%.0f:%.0f:%.0f', debt, now, limit)
  if isOwnTime then
    redis.call('SET', key, missing, 'PX', math.ceil(debt / limit) + 1)
  else
    redis.call('SET', key, missing)
  end
  answer[2 * index - 1] = allowed
  answer[2 * index] = debt
  if allowed == 0 then
    break
  end
end
return answer
`;
