-- Several statements: each result comes when its statement has completed.
create table fruit (name text, price decimal(6,2));
insert into fruit values ('apple', 1.20), ('pear', 0.95), ('fig', null);
select name, price from fruit order by price desc nulls last;
select count(price) as priced, sum(price) as total from fruit;
