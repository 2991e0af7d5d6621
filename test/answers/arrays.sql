create table t (a int[], i int);
insert into t values (array[1,2,3,4], 1), ('{}', 2), (null, 3), (array[5,null,7], null), (array[9], 2)

select (array[1,2,3,4])[2:3], (array[1,2,3])[:2], (array[1,2,3])[2:], (array[1,2,3])[-1:2], (array[1,2,3])[5:6], (array[1,2,3])[3:2], (array[1,2,3])[null:2], (array[1,2,3])[:], (array[1,null,3])[2:9]

select a[1:2], a[i:], a[:i], a[i:i + 1], a[2:1] from t

select (a[2:3])[1], a[2147483647:], a[-2147483647:1] from t

select (a[1:1])[1] from t where a[1:1] = array[1]

select a[1:2], count(*) from t group by 1

select (array['x','y','z'])[2:3], (array[1.5,2.5])[1:1], (array[date '2020-01-01', date '2020-01-02'])[2:]

select i[1:2] from t

select a['x':] from t
