create table t (a timestamp, b timestamptz, c time, d interval);
insert into t values ('2020-01-01 00:00:00.5', '1999-12-31 23:59:59.5', '23:59:59.95', '-1.5 s'), ('1969-12-31 23:59:58.45', '2020-05-05 05:05:05.555555', '10:00:00.25', '1 day 2.555555 s'), (null, null, null, null)

select a::timestamp(0), a::timestamp(1), b::timestamptz(0), b::timestamptz(3), c::time(0), c::time(1), d::interval(0), d::interval(2) from t

select timestamp(0) '2020-01-01 00:00:00.5', '2020-01-01 00:00:01.5'::timestamp(0), '2020-01-01 00:00:00.12345678'::timestamp(3), time(1) '10:00:00.25', '2020-01-01 00:00:00.555'::timestamptz(2), '1969-12-31 23:59:58.5'::timestamp(0)

select cast(a as timestamp(0) without time zone), cast(b as timestamp(1) with time zone) from t

select current_timestamp(0) = current_timestamp::timestamptz(0), localtimestamp(2) = localtimestamp::timestamp(2), localtime(0) = localtime::time(0)

select a::timestamp(0)::text, a::date::timestamp(3) from t
