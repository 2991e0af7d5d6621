create table trades (id int, sym text, ts int, price int);
create table quotes (sym text, ts int, bid int);
insert into trades values (1, 'a', 5, 10), (2, 'a', 10, 11), (3, 'b', 1, 20), (4, 'b', 7, 21), (5, null, 3, 1), (6, 'a', null, 2), (7, 'c', 4, 9);
insert into quotes values ('a', 1, 100), ('a', 5, 101), ('a', 9, 102), ('b', 2, 200), ('b', 6, 201), (null, 2, 5), ('c', null, 7), ('d', 1, 1)

select t.id, q.bid from trades t asof join quotes q on t.sym = q.sym and t.ts >= q.ts

select t.id, q.bid from trades t asof left join quotes q on t.sym = q.sym and t.ts >= q.ts

select t.id, q.bid from trades t asof join quotes q on t.sym = q.sym and t.ts > q.ts

select t.id, q.bid from trades t asof left join quotes q on t.sym = q.sym and t.ts <= q.ts

select t.id, q.bid from trades t asof left join quotes q on t.sym = q.sym and t.ts < q.ts

select t.id, q.bid from trades t asof join quotes q on q.ts <= t.ts and q.sym = t.sym

select t.id, q.sym, q.ts from trades t asof join (select * from quotes where sym = 'a') q on t.ts >= q.ts

select id, sym, ts, bid from trades asof join quotes using (sym, ts)

select id, sym, ts, bid from trades asof left join quotes using (sym, ts) where price > 9

select sym, count(*), sum(bid) from trades asof join quotes using (sym, ts) group by sym

select id from trades semi join quotes using (sym)

select id from trades anti join quotes on trades.sym = quotes.sym

select i from range(0, 1000000000000) t(i) limit 3

select * from range(5) t(i)

select * from range(2, 8, 3) t(i)

select * from range(5, 0, -2) t(i)

select sum(i) from range(0, 100000) t(i)
