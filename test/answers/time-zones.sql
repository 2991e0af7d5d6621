set timezone = 'Europe/Berlin';
create table t (a timestamptz, b timestamp, d date, i interval);
insert into t values
  ('2024-03-31 02:30', '2024-03-31 02:30', '2024-03-31', '1 day'), ('2024-10-27 02:30', '2024-10-27 02:30', '2024-10-27', '1 month'),
  ('2024-10-27 02:30+02', '2024-01-01', '2024-01-01', '24 hours'), ('1800-01-01', '1800-01-01', '1800-01-01', '100 years'),
  ('0044-03-15 BC', '0044-03-15 BC', '0044-03-15 BC', '-1 month 3 hours'), ('2024-07-01 12:00:00.5 America/New_York', '2030-05-05', '2040-06-06', '-1 day'),
  ('1945-05-24 02:00', '1947-05-11 03:00', '1980-04-06', '90 minutes'), (null, null, null, null)

select a, b::timestamptz, d::timestamptz, a::timestamp, a::date, a::time, a::text from t

select a + i, i + a, a - i, d + i, b + i from t

select a - a, a - b, b - a, a - d from t

select a < b, a = b, a > d, b < a, greatest(a, b), coalesce(a, b) from t

select date_trunc('hour', a), date_trunc('day', a), date_trunc('week', a), date_trunc('month', a), date_trunc('century', a) from t

select date_trunc('day', a, 'Asia/Tokyo'), date_trunc('minute', a, 'Asia/Kolkata'), date_trunc('year', a, 'UTC') from t

select extract(hour from a), extract(day from a), extract(dow from a), extract(epoch from a), extract(second from a), date_part('hour', a) from t

select extract(timezone from a), extract(timezone_hour from a), extract(timezone_minute from a) from t

select a at time zone 'UTC', a at time zone 'Asia/Tokyo', a at time zone 'EST', a at time zone 'EST5EDT', a at time zone '+02', a at time zone 'UTC+3', a at time zone interval '2 hours' from t

select b at time zone 'UTC', b at time zone 'America/New_York', b at time zone 'Australia/Lord_Howe', b at time zone 'PST' from t

select d at time zone 'America/New_York', timezone('Asia/Kathmandu', b) from t

select b at time zone 'nowhere' from t

select a at local from t where a is null

select date_add(a, i), date_subtract(a, i), date_add(a, i, 'America/New_York'), date_subtract(a, i, 'Asia/Tokyo') from t

select x from generate_series(timestamptz '2024-03-30', timestamptz '2024-04-02', interval '1 day') t(x) order by 1

select x from generate_series(timestamptz '2024-10-26 12:00', timestamptz '2024-10-28', interval '12 hours') t(x) order by 1

select count(distinct a), min(a), max(a), count(a) from t

select a, count(*) from t group by a

select a, row_number() over (order by a desc nulls last) from t order by a nulls first

select t.a, u.b from t join t u on t.a = u.b

select a from t where a in ('2024-03-31 03:30', timestamptz '2024-10-27 02:30+01')

select array_agg(a order by a) from t

select timestamptz '2024-01-01 00:00 +05:30', timestamptz '2024-01-01 10:00 pm PST', timestamptz '20240101T101010Z', timestamptz 'Jan 8 1999 04:05:06 PST', timestamptz '1999-01-08 04:05:06 -8:00'

select timestamp '2020-01-01 00:00 America/New_York', timestamp '2024-01-01 10:00+05', date '2024-01-01 10:00 PST'

select timestamptz '2024-01-01 10:00 nowhere'

select timestamptz 'foo'

select '2024-01-01 25:00'::timestamptz

select make_timestamptz(2024, 3, 31, 2, 30, 0), make_timestamptz(2024, 3, 31, 2, 30, 1.5, 'Asia/Tokyo'), make_timestamp(2024, 2, 29, 10, 20, 30.5)

select make_timestamp(2023, 2, 29, 10, 20, 30)

select make_timestamp(2023, 2, 28, 10, 61, 30)

select to_timestamp(0), to_timestamp(1720000000.25), to_timestamp(-1e9)

select now() = current_timestamp, now()::date = current_date, localtimestamp = now()::timestamp, localtime = now()::time, 'now'::timestamptz = now(), 'today'::date = current_date, 'tomorrow'::date - 'yesterday'::date, clock_timestamp() >= now()

select case when a is null then b else a end from t

select a from t union all select b from t

select a::int from t

select (a::text)::timestamptz = a from t

select cast(b::text as timestamptz), cast(d::text as timestamptz) from t
