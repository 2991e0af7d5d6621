create table t (a int, u uuid);
insert into t values (1, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'), (2, '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'), (3, 'a0eebc999c0b4ef8bb6d6bb9bd380a11'), (4, 'a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11'), (5, null), (6, '00000000-0000-0000-0000-000000000000'), (7, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), (8, '80000000-0000-0000-0000-000000000000'), (9, '7fffffff-ffff-ffff-ffff-ffffffffffff')

select a, u, u::text, length(u::text) from t order by u, a

select a from t order by u desc nulls last, a

select u, count(*) from t group by u

select distinct u from t

select count(distinct u) from t

select a from t where u = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'

select a from t where u > '80000000-0000-0000-0000-000000000000'

select a from t where u in ('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff')

select x.a, y.a from t x join t y on x.u = y.u

select x.a, (select count(*) from t y where y.u < x.u) from t x

select a, row_number() over (partition by u order by a), lag(u) over (order by a) from t

select array_agg(u order by u) from t

select coalesce(u, '00000000-0000-0000-0000-00000000000f'), nullif(u, '00000000-0000-0000-0000-000000000000'), greatest(u, 'c0000000-0000-0000-0000-000000000000') from t

select 'a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11'::uuid, uuid '{a0eebc999c0b4ef8bb6d6bb9bd380a11}'

select 'a0eebc99-9c0b4ef8-bb6d6bb9-bd380a1'::uuid

select ' a0eebc999c0b4ef8bb6d6bb9bd380a11'::uuid

select 'a0eebc999c0b4ef8bb6d6bb9bd380a11-'::uuid

select '{a0eebc999c0b4ef8bb6d6bb9bd380a11'::uuid

select 'a-0eebc999c0b4ef8bb6d6bb9bd380a11'::uuid

select u::int from t

select u + 1 from t

select gen_random_uuid() = gen_random_uuid(), length(gen_random_uuid()::text)

select count(distinct gen_random_uuid()) from t
