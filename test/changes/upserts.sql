create table t (id int primary key, v text, n int default 5);
insert into t values (1, 'a', 1), (2, 'b', 2);
insert into t values (1, 'x', 9), (3, 'c', 3) on conflict do nothing;
insert into t values (1, 'x', 9), (4, 'd', 4) on conflict (id) do nothing returning id;
insert into t values (1, 'x', 9) on conflict (id) do update set v = excluded.v, n = t.n + excluded.n returning *;
insert into t (id, v) values (1, 'y'), (7, 'z') on conflict (id) do update set v = excluded.v || t.v where t.id < 5 returning id, v, n;
insert into t (id, v) values (7, 'q') on conflict (id) do update set v = excluded.v where t.id < 5 returning id;
insert into t (id) values (8), (8) on conflict (id) do nothing;
insert into t (id) values (9), (9) on conflict (id) do update set v = 'twice';
insert into t (id) values (1) on conflict (v) do nothing;
insert into t (id) values (1) on conflict do update set v = 'x';
insert into t (id) values (1) on conflict (nowhere) do nothing;
insert into t (id) values (1) on conflict (id) do update set v = nowhere;
insert into t (id) values (1) on conflict (id) do update set v = 'a', v = 'b';
insert into t as target values (1, 'r') on conflict (id) do update set (v, n) = (excluded.v, target.n * 2) returning target.*;
insert into t values (null, 'x') on conflict do nothing;
insert into t select id + 1, v || '!', n from t on conflict (id) do update set v = excluded.v;
select * from t order by id;
create table k (a int, b int, c int, unique (a, b), unique (c));
insert into k values (1, 1, 1), (null, 1, 2), (null, 1, 3);
insert into k values (1, 1, 4), (2, 2, 1), (3, 3, 3), (4, 4, 5) on conflict do nothing;
insert into k values (1, 1, 6) on conflict (b, a) do update set c = excluded.c;
insert into k values (1, 1, 2) on conflict (a, b) do update set c = excluded.c;
insert into k values (null, 1, 7) on conflict (a, b) do update set c = 0;
select * from k order by c;
-- only here: another dialect's form
insert or ignore into t values (1, 'ignored'), (50, 'new');
-- only here: another dialect's form
delete from t where id = 50;
-- only here: another dialect's form
insert into t by name select 'named' as v, 60 as id;
-- only here, error 42703: another dialect's form
insert into t by name select 'named' as w, 61 as id;
-- only here: another dialect's form
insert or replace into t values (60, 'replaced', 1);
-- only here: what it was there
select v from t where id = 60;
