select 1 as before;
select 10 / (age - 36) as ratio
  from 'people.csv';
select 2 as after;
