CREATE TABLE texts (id int, t text);
INSERT INTO texts VALUES (1, '{"a": 1, "bb": [1, 2.50, null], "c": {"d": "x"}}'), (2, '[1, "two", {"three": 3}]'), (3, '"text"'), (4, '12.0'), (5, '12'), (6, 'null'), (7, 'true'), (8, '{}'), (9, '[]'), (10, '[[]]'), (11, '{"bb": [1, 2.5, null], "a": 1.0, "c": {"d": "x"}}'), (12, '-0.001'), (13, '1e400'), (14, '"Text"'), (15, '[1, "two"]'), (16, '{"b": 1}'), (17, NULL)

CREATE TABLE docs (id int, a json, b jsonb)

INSERT INTO docs SELECT id, t::json, t::jsonb FROM texts

SELECT id, a, b FROM docs ORDER BY id

SELECT id, b FROM docs WHERE id <> 5 AND id <> 11 ORDER BY b, id

SELECT b::text FROM docs WHERE id NOT IN (5, 11) ORDER BY b DESC NULLS LAST

SELECT count(*), min(id) FROM docs GROUP BY b

SELECT count(DISTINCT b) FROM docs

SELECT x.id, y.id FROM docs x JOIN docs y ON x.b = y.b

SELECT x.id, y.id FROM docs x, docs y WHERE x.b < y.b AND x.id < 4

SELECT id FROM docs WHERE b IN ('12', '[]', '{"b": 1.00}')

SELECT id FROM docs WHERE b IN (SELECT b FROM docs WHERE id < 5)

SELECT count(*) FROM (SELECT DISTINCT b FROM docs) t

SELECT count(*) FROM (SELECT b FROM docs UNION SELECT b FROM docs) t

SELECT id, row_number() OVER (PARTITION BY b ORDER BY id), rank() OVER (ORDER BY b) FROM docs

SELECT b IS DISTINCT FROM '12', id FROM docs

SELECT greatest('1'::jsonb, '"a"'::jsonb, '[]'::jsonb), least('1'::jsonb, '"a"'::jsonb), nullif('1.0'::jsonb, '1'::jsonb)

SELECT a = a FROM docs

SELECT a FROM docs ORDER BY a

SELECT DISTINCT a FROM docs

SELECT count(*) FROM docs GROUP BY a

SELECT max(b) FROM docs

SELECT '{"b":1, "a":2, "aa":3, "b":4, "é":5}'::jsonb, '{"b":1, "a" :2,  "b":4}'::json

SELECT '1.0'::jsonb, '1.50e1'::jsonb, '-0'::jsonb, '-0.0'::jsonb, '1e-3'::jsonb, '1E3'::jsonb, '12345678901234567890123456789012345678901234567890'::jsonb

SELECT '"\u00e9\ud83d\ude00\n\u001f\/\"\\"'::jsonb, '"\u00e9\ud83d\ude00\n\/"'::json, '"\u00e9\ud83d\ude00\n\/"'::json ->> '{}'

SELECT '"\u00e9\ud83d\ude00\n\/"'::json #>> '{}'

SELECT '"\u0000"'::jsonb

SELECT '"\u0000"'::json

SELECT '"\ud800"'::jsonb

SELECT '"\ud800"'::json

SELECT '{"a": }'::json

SELECT ''::jsonb

SELECT '1 2'::jsonb

SELECT '01'::jsonb

SELECT '1.'::jsonb

SELECT '[1,]'::jsonb

SELECT '{"a":1,}'::jsonb

SELECT 'nul'::jsonb

SELECT '"a'::jsonb

SELECT ('"a' || chr(10) || '"')::jsonb

SELECT '"\x"'::jsonb

SELECT '1e131073'::jsonb

SELECT NULL::jsonb IS NULL, 'null'::jsonb IS NULL, 'null'::jsonb::text, 'null'::jsonb #>> '{}'

SELECT '1.5'::jsonb::int, '2.5'::jsonb::int, '-1.5'::jsonb::bigint, '1.25'::jsonb::float8, '1.25'::jsonb::numeric(5,1), 'true'::jsonb::bool, 'null'::jsonb::int, '1'::jsonb::smallint, '"x"'::jsonb::text, '{"a":1}'::jsonb::json, '{"a":1, "a":2}'::json::jsonb

SELECT '"1"'::jsonb::int

SELECT '[]'::jsonb::bool

SELECT '1'::json::int

SELECT 1::jsonb

SELECT true::json

SELECT '99999999999'::jsonb::int

SELECT id, a -> 'a', a ->> 'a', b -> 'a', b ->> 'a', a -> 'bb' -> 1, b -> 'bb' ->> 1, a -> 0, b -> 0, a ->> -1, b ->> -1 FROM docs WHERE id <> 13

SELECT a #> '{bb,0}', b #> '{bb,0}', a #>> '{c,d}', b #>> '{c,d}', b #> '{}', a #> '{bb,-1}', b #>> '{bb,2}' FROM docs WHERE id <> 13

SELECT '[1,2]'::jsonb #> '{ 1}', '[1,2]'::jsonb #> '{+1}', '[1,2]'::jsonb #> '{1x}', '1'::jsonb #> '{0}', '1'::jsonb #> '{}', '{"a":{"b":[1]}}'::jsonb #> ARRAY['a', 'b', NULL]

SELECT '[1,[2,3]]'::jsonb @> '[[2]]', '["a"]'::jsonb @> '"a"', '[["a"]]'::jsonb @> '["a"]', '{"a":["x"]}'::jsonb @> '{"a":"x"}', '"a"'::jsonb @> '["a"]', '1'::jsonb @> '1.0', '[1]'::jsonb @> '[]', '{}'::jsonb @> '[]', '[]'::jsonb @> '1', '[[1,2]]'::jsonb @> '[[]]', '[{"a":1}]'::jsonb @> '[{}]', '[[1]]'::jsonb @> '1'

SELECT x.id, y.id FROM docs x, docs y WHERE x.b @> y.b

SELECT x.id, y.id FROM docs x, docs y WHERE x.b <@ y.b

SELECT '"a"'::jsonb ? 'a', '["a"]'::jsonb ? 'a', '{"a":1}'::jsonb ?| '{x,a}', '1'::jsonb ? '1', '{"a":1}'::jsonb ?& array['a',null], '{"a":1}'::jsonb ?| '{}', '{"a":1}'::jsonb ?& '{}'

SELECT '[1]'::jsonb || '2', '1'::jsonb || '2', '{"a":1}'::jsonb || '[2]', '1'::jsonb || '{"a":1}', '{"a":1,"b":2}'::jsonb || '{"b":3}', '{}' || '{"a":1}'::jsonb, '{"a":1}'::jsonb || 'null'

SELECT 'x' || '{"a":1}'::jsonb

SELECT 'x'::text || '{"a":1}'::jsonb

SELECT '["a","b","a"]'::jsonb - 'a', '{"a":1,"b":2}'::jsonb - '{a}'::text[], '["a","b"]'::jsonb - '{a}'::text[], '[1,2,3]'::jsonb - -1, '[1,2,3]'::jsonb - 7, '{"a":1}'::jsonb - 'z', '[1]'::jsonb - NULL::text

SELECT '{"a":1}'::jsonb - 0

SELECT '1'::jsonb - 'a'

SELECT '1'::jsonb - 1

SELECT '{"a":1}'::jsonb #- '{a}', '[1,2]'::jsonb #- '{-1}', '{"a":{"b":1}}'::jsonb #- '{a,b}', '{"a":1}'::jsonb #- '{}', '{"a":[1,{"x":2}]}'::jsonb #- '{a,1,x}', '{"a":1}'::jsonb #- '{a,b}'

SELECT '{"a":[1,2]}'::jsonb #- '{a,x}'

SELECT '1'::jsonb #- '{a}'

SELECT ('{"a":[1,2]}'::jsonb)['a'][1], ('[1]'::jsonb)['x'], ('[1]'::jsonb)['0'], ('[1,2]'::jsonb)[-1], ('1'::jsonb)[0]

SELECT ('[1]'::json)[0]

SELECT jsonb_set('{"a":[1,2]}', '{a,-3}', '9'), jsonb_set('{"a":[1,2]}', '{a,5}', '9'), jsonb_set('{"a":1}', '{b,c}', '9'), jsonb_set('{"a":1}','{a,b}','2'), jsonb_set('{"a":1}', '{}', '9'), jsonb_set('{"a":1}', '{b}', '9', false), jsonb_set('[1,2]', '{-5}', '9', false), jsonb_set('{"b":{"c":1}}', '{b,c}', '{"x": 1}')

SELECT jsonb_set('1', '{a}', '9')

SELECT jsonb_set('[1]', '{x}', '9')

SELECT jsonb_set('{"a":1}', ARRAY['a', NULL], '9')

SELECT jsonb_set('{"a":1}', ARRAY[NULL]::text[], '9')

SELECT jsonb_set_lax('{"a":1}', '{a}', null), jsonb_set_lax('{"a":1}', '{a}', null, true, 'delete_key'), jsonb_set_lax('{"a":1}', '{a}', null, true, 'return_target'), jsonb_set_lax('{"a":1}', '{a}', '2'), jsonb_set_lax(null, '{a}', '2')

SELECT jsonb_set_lax('{"a":1}', '{a}', null, true, 'raise_exception')

SELECT jsonb_set_lax('{"a":1}', '{a}', null, true, 'x')

SELECT jsonb_insert('[1,2]', '{0}', '9'), jsonb_insert('[1,2]', '{-1}', '9'), jsonb_insert('[1,2]', '{-1}', '9', true), jsonb_insert('[1,2]', '{7}', '9'), jsonb_insert('[1,2]', '{-7}', '9'), jsonb_insert('{"a":1}', '{b}', '2'), jsonb_insert('{"a":[0,1,2]}', '{a,1}', '"new"', true)

SELECT jsonb_insert('{"a":1}', '{a}', '2')

SELECT jsonb_strip_nulls('{"a":null,"b":[null,{"c":null}]}'), jsonb_strip_nulls('[1,null,[null]]', true)

SELECT jsonb_pretty('{"a":[1,{"b":2}],"c":{}, "d":[]}'), jsonb_pretty('[]'), jsonb_pretty('1'), jsonb_pretty('[[]]')

SELECT id, jsonb_typeof(b) FROM docs

SELECT jsonb_extract_path(b, 'c', 'd'), jsonb_extract_path_text(b, 'c', 'd'), json_extract_path(a, 'bb', '1'), json_extract_path_text(a, 'bb', '1') FROM docs WHERE id <> 13

SELECT jsonb_cmp('1', '2'), jsonb_cmp('2', '1.0'), jsonb_cmp('1', '1.0')

SELECT CASE '1.0'::jsonb WHEN '1' THEN 'one' END, '1'::jsonb = ANY(ARRAY['1.0'::jsonb]), '1'::jsonb BETWEEN '0' AND '2'

SELECT to_json(1::numeric(5,2)), to_json(null::int), to_jsonb('{"b":1,"a":2}'::json), to_json('{"b" :1}'::json), to_json(array[true,false]), to_json(array['{"a": 1}'::jsonb])

SELECT to_json(timestamp '2020-01-01 10:00:00'), to_json(date '2020-01-01'), to_json(interval '1 day'), to_json(1.50), to_json('\x01'::bytea), to_json(time '10:00'), to_json('a"b'::text)

SELECT to_jsonb(1.50), to_jsonb('x'::text), to_jsonb(array['a',null]), to_jsonb(true), to_jsonb(1e20::float8), to_jsonb(1.5::real), to_jsonb(1e-7::float8), to_jsonb('NaN'::float8)

SELECT to_json(1e20::float8), to_json('Infinity'::float8), to_json(1e-7::float8), array_to_json(array[1,2]), array_to_json(array[1,2], true), array_to_json(array['{"a":1}'::json])

SELECT json_build_array('{"a":1}'::jsonb, 1.5::float8, timestamp '2020-01-01 01:02:03.5', interval '1 day', '\xff'::bytea, null, 'x')

SELECT json_build_object('a',1,'b',null,'c','x'::text), json_build_object(1, 2, true, 'x'::text, date '2020-01-01', '[1, 2]'::json), json_build_object(), json_build_array(), jsonb_build_array()

SELECT jsonb_build_object('a', 1.50, 'b', array[1,2], 'c', '{"z":1,"b":2}'::json), jsonb_build_object('b',1,'a',2,'b',3), jsonb_build_object(1.0::float8, 1), jsonb_build_object(true, 1)

SELECT json_build_object('a')

SELECT json_build_object(null, 1)

SELECT json_build_object('{"a":1}'::json, 2)

SELECT json_object('{a,b}'), json_object('{a,1,b,2}'), json_object('{a,b}','{1,2}'), json_object(array['a','1','b',null]), jsonb_object('{a,1,b,2}'), jsonb_object('{b,a}','{1,null}'), jsonb_object('{}'), json_object('{}')

SELECT json_object('{a}'::text[])

SELECT json_object(array[null,'a'])

SELECT json_object('{a,b}'::text[],'{1}'::text[])

SELECT json_array_length('[1,[2]]'), jsonb_array_length('[]'), json_typeof('1'), json_typeof('null'), json_typeof('[]'), json_typeof('"a"'), json_strip_nulls('{"a" : 1, "b": [ 1,  null ], "c": null}')

SELECT json_array_length('{}')

SELECT jsonb_array_length('1')

SELECT json_agg(id ORDER BY id), jsonb_agg(id ORDER BY id DESC) FROM texts WHERE id < 4

SELECT json_agg(x order by x) filter (where x > 1), jsonb_agg(x order by x desc), json_agg(json_build_object('x', x) order by x), json_agg_strict(nullif(x, 2) order by x), jsonb_agg(nullif(x, 2) order by x), jsonb_agg_strict(nullif(x, 2) order by x) from (values (1),(2),(3)) t(x)

SELECT json_agg(x), jsonb_object_agg('a', x) FROM (SELECT 1 AS x WHERE false) t

SELECT json_object_agg(k, v), jsonb_object_agg(k,v), json_object_agg_strict(k, v), jsonb_object_agg_strict(k,v) from (values ('a',1),('b',null),('a',3)) t(k,v)

SELECT json_object_agg(k, v) from (values (null,1)) t(k,v)

SELECT json_object_agg_unique(k, v) from (values ('a',1),('a',null)) t(k,v)

SELECT jsonb_object_agg_unique_strict(k, v) from (values ('a',1),('b',null)) t(k,v)

SELECT id % 2, jsonb_agg(b -> 'a' ORDER BY id), json_object_agg(id, a ORDER BY id) FROM docs WHERE id < 8 GROUP BY id % 2

SELECT id, jsonb_agg(id) OVER (ORDER BY id ROWS 1 PRECEDING) FROM docs ORDER BY id

SELECT json_agg(array[1,2]), json_agg('{"a" :1}'::json), json_agg(true), json_agg('x'::text) from (values (1),(2)) t(x)

SELECT row_to_json(t), to_jsonb(t), jsonb_build_object('t', t) FROM (SELECT 1 AS a, 'x' AS b, ARRAY[1] AS c, '{"y": 1}'::json AS d, NULL::int AS e) t

SELECT json_agg(t), jsonb_agg(t) FROM (VALUES (1, 'a'), (2, 'b')) t(x, y)

SELECT row_to_json(ROW(1, 'x', NULL)), to_json(ROW(1, ROW(2, 3)))

SELECT * FROM json_each('{"b":1,"a":{"x": null},"c":null,"b":2}')

SELECT * FROM jsonb_each('{"b":1,"a":{"x":null},"c":null}')

SELECT * FROM json_each_text('{"b":1,"a":{"x":null},"c":null,"b":"2"}') WITH ORDINALITY

SELECT key, value, k, v FROM jsonb_each_text('{"b":1,"a":{"x":null}}'), jsonb_each('{"x": [1]}') AS e(k, v)

SELECT * FROM json_array_elements('[1, {"a": 1},null]')

SELECT value ->> 'a', t.value FROM jsonb_array_elements('[{"a": 1},{"a": "x"}]') t

SELECT * FROM jsonb_array_elements_text('[1, "x",null, [ 2 ]]') WITH ORDINALITY AS t(x, n)

SELECT * FROM json_array_elements_text('[1, "x",null, [ 2 ]]')

SELECT * FROM json_object_keys('{"b":1,"a":2,"b":3}')

SELECT k FROM jsonb_object_keys('{"b":1,"a":2,"b":3}') k

SELECT * FROM json_each('1')

SELECT * FROM jsonb_each('[1]')

SELECT * FROM json_array_elements('{}')

SELECT * FROM jsonb_array_elements('1')

SELECT * FROM jsonb_object_keys('[]')

SELECT id, e.key, e.value FROM docs, jsonb_each(b) e WHERE id IN (1, 8, 11, 16)

SELECT id, x FROM docs LEFT JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(b) = 'array' THEN b END) x ON true

SELECT id FROM docs WHERE jsonb_typeof(b) = 'array' AND EXISTS (SELECT FROM jsonb_array_elements(b) e WHERE e = '1.0')

SELECT * FROM json_to_record('{"a":1,"b":[1,2],"c":"x","d":{"q":1}}') as t(a int, b int[], c text, d jsonb, e text)

SELECT * FROM jsonb_to_recordset('[{"a":1,"b":"x"},{"a":"2"},{"b":null}]') as t(a int, b text)

SELECT * FROM jsonb_to_recordset('[{"a":1.5,"b":[1]},{"a":"2"}]') as t(a numeric(5,2), b text)

SELECT * FROM jsonb_to_recordset('{}') as t(a int)

SELECT * FROM jsonb_to_record('[1]') as t(a int)

SELECT * FROM jsonb_to_recordset('[1]') as t(a int)

SELECT * FROM jsonb_to_record('{"a":"x"}') as t(a int)

SELECT jsonb_path_query('{"a":[1,2,3]}', '$.a[*] ? (@ > 1)')

SELECT jsonb_path_query_array('{"a":[1,2,3]}', '$.a[0 to last]'), jsonb_path_query_array('[1,2,3]', '$[last]'), jsonb_path_query_array('[1,2,3]', '$[last - 1, 0]')

SELECT jsonb_path_query_array('[1,2,3]', 'strict $[5]')

SELECT jsonb_path_query_array('[1,2,3]', 'lax $[5]'), jsonb_path_query_array('{"a":1}', '$[0]'), jsonb_path_query_array('[{"a":1}]', '$.a')

SELECT jsonb_path_query('[{"a":1}]', 'strict $.a')

SELECT jsonb_path_query('{"a":1}', 'strict $.b')

SELECT jsonb_path_query('{"a":1}', 'strict $.b', '{}', true)

SELECT jsonb_path_query('1', 'strict $.b')

SELECT jsonb_path_query('1', 'strict $[0]')

SELECT jsonb_path_query_array('{"a":{"b":{"c":1}}}', '$.**'), jsonb_path_query_array('{"a":{"b":{"c":1}}}', '$.**{2}'), jsonb_path_query_array('{"a":{"b":{"c":1}}}', '$.**{1 to last}'), jsonb_path_query_array('{"a":{"b":[{"c":1}]}}', '$.**.c'), jsonb_path_query_array('{"a":{"b":[{"c":1}]}}', '$.**{last}')

SELECT jsonb_path_query_array('[1,-2.5,"3",true,null,[],{}]', '$[*].type()')

SELECT jsonb_path_query('[1,2]', '$.size()'), jsonb_path_query('1', '$.size()')

SELECT jsonb_path_query('1', 'strict $.size()')

SELECT jsonb_path_query_array('[1.5,-1.5]', '$[*].ceiling()'), jsonb_path_query_array('[1.5,-1.5]', '$[*].floor()'), jsonb_path_query_array('[1.5,-1.5]', '$[*].abs()'), jsonb_path_query_array('["1.5",2]', '$[*].double()')

SELECT jsonb_path_query('"x"', '$.double()')

SELECT jsonb_path_query('true', '$.double()')

SELECT jsonb_path_query_array('["abc","ABD","x"]', '$[*] ? (@ like_regex "^ab" flag "i")'), jsonb_path_query_array('["abc","abd","x"]', '$[*] ? (@ starts with "ab")')

SELECT jsonb_path_query_array('[1,2,3]', '$[*] ? (@ > $x)', '{"x":1}')

SELECT jsonb_path_query_array('[1,2,3]', '$[*] ? (@ > $y)', '{"x":1}')

SELECT jsonb_path_query('2', '$ + 3'), jsonb_path_query('2', '-$'), jsonb_path_query('7', '$ % 4'), jsonb_path_query('7', '$ / 2'), jsonb_path_query('[1,2]', '-$[*]')

SELECT jsonb_path_query('[1,2]', '$ + 1')

SELECT jsonb_path_query('1', '$ / 0')

SELECT jsonb_path_query('"a"', '$ + 1')

SELECT jsonb_path_query_array('[1,"a",null]', '$[*] ? ((@ > 0) is unknown)'), jsonb_path_query_array('[{"a":1},{"b":2}]', '$[*] ? (exists(@.a))')

SELECT jsonb_path_match('{"a":1}', '$.a == 1'), jsonb_path_match('{"a":1}', 'exists($.b)')

SELECT jsonb_path_match('{"a":1}', '$.a')

SELECT '{"a":1}'::jsonb @@ '$.a', '{"a":1}'::jsonb @@ '$.a > 0', '{"a":1}'::jsonb @? '$.b', '{"a":1}'::jsonb @? 'strict $.b'

SELECT jsonb_path_exists('{"a":1}', '$.a ? (@ > 1)'), jsonb_path_exists('{"a":1}', 'strict $.b')

SELECT jsonb_path_query_first('[1,2]', '$[*]'), jsonb_path_query_first('[]', '$[*]')

SELECT jsonb_path_query('1', '$ == 1'), jsonb_path_query('"a"', '$ == 1'), jsonb_path_query('null','$ == null'), jsonb_path_query('null','$ < 1'), jsonb_path_query('[1]', '$ == 1'), jsonb_path_query('{}', '$ == $')

SELECT jsonb_path_query('1', '!($ == 1)'), jsonb_path_query('1', '$ == 1 && $ > 0 || $ < 0'), jsonb_path_query('1', '$ != 2'), jsonb_path_query('1', '$ <> 2')

SELECT jsonb_path_query('"1"', '$.integer()'), jsonb_path_query('"1"', '$.bigint()'), jsonb_path_query('1.5', '$.number()'), jsonb_path_query('1.55', '$.decimal(3,1)'), jsonb_path_query('1', '$.string()'), jsonb_path_query('"t"', '$.boolean()')

SELECT jsonb_path_query_array('{"a b":1}', '$."a b"'), jsonb_path_query_array('{"a":{"x":1},"b":2}', '$.*'), jsonb_path_query_array('[[1],[2]]', '$[*][*]')

SELECT jsonb_path_query('1', '$.a.b +'), 1

SELECT jsonb_path_query('1', '')

SELECT jsonb_path_query('1', '@')

SELECT jsonb_path_query('1', 'last')

SELECT jsonb_path_query('1', '$.foo()')

SELECT jsonb_path_query('1', '$ ? (1)')

SELECT jsonb_path_query('[1]', '$["a"]')

SELECT jsonb_path_query('[1]', 'strict $[1.5]'), jsonb_path_query('[1,2,3]', '$[1.9]')

SELECT jsonb_path_query_array('[1,2,3]', '$[0 to 1]'), jsonb_path_query_array('[1,2,3]', '$[2 to 1]')

SELECT jsonb_path_query('1', '"a"'), jsonb_path_query('1', '1.5e1'), jsonb_path_query('1', 'true'), jsonb_path_query('1', '.5'), jsonb_path_query('1','0x1F'), jsonb_path_query('1','1_000')

SELECT jsonb_path_query('"a"', '$ like_regex "("')

SELECT jsonb_path_query_array('[1,[2,[3]]]', '$.**'), jsonb_path_query_array('[1,[2,[3]]]', 'strict $.** ? (@.type() == "number")')

SELECT jsonb_path_query_array('[{"a":[1,2]},{"a":3}]', '$[*].a ? (@ >= 2)'), jsonb_path_query_array('[{"a":[1,2]},{"a":3}]', '$.a[*] ? (@ >= 2)')

SELECT jsonb_path_query('{"a":"x"}', '$.a.type()'), jsonb_path_query('{"a":"x"}', '($.a).type()'), jsonb_path_query('1', '(1+2)*3')

SELECT jsonb_path_query('{"a":[1,2]}', '$.a == 2'), jsonb_path_query('{"a":[1,2]}', 'strict $.a == 2'), jsonb_path_query('{"a":[1,"b"]}', '$.a > 0'), jsonb_path_query('{"a":["b",1]}', '$.a > 0'), jsonb_path_query('{"a":[1,"b"]}', 'strict $.a[*] > 0')

SELECT jsonb_path_query_array('{"a":1,"b":[2]}', '$.keyvalue()')

SELECT * FROM jsonb_path_query('[1,2,"x"]', '$[*]')

SELECT q FROM jsonb_path_query('[1,2,"x"]', '$[*] ? (@ > $y)', '{"y": 1}') AS q

SELECT id, jsonb_array_elements(b) FROM docs WHERE jsonb_typeof(b) = 'array'

SELECT json_object_keys(a) FROM docs WHERE json_typeof(a) = 'object'

SELECT id FROM docs WHERE b @? '$.a ? (@ == 1)'

SELECT id, b @@ '$.a == 1' FROM docs

SELECT id, jsonb_path_query_first(b, '$.bb[1]'), jsonb_path_exists(b, '$[*] ? (@ == "two")') FROM docs

SELECT jsonb_path_query_array('[1,"a",2]', '$[*].double()', '{}', true), jsonb_path_query_first_tz('[1]', '$[0]')

SELECT jsonb_path_exists('1', '$', '[]')

SELECT jsonb_path_query_array('["a\nb","A.b"]', '$[*] ? (@ like_regex "a.b")'), jsonb_path_query_array('["a\nb","A.b"]', '$[*] ? (@ like_regex "a.b" flag "qi")'), jsonb_path_query_array('["a\nb"]', '$[*] ? (@ like_regex "a.b" flag "s")')

SELECT jsonb_path_query_array('[1.1, 2, 1000000, 0.0001]', '$[0] / 3')

SELECT jsonb_path_query_array('{"a":[1,2.50,1e10,-7]}', '$.a[1] / 0.07'), jsonb_path_query_array('[10000,9999.5]', '10001 / $[1]'), jsonb_path_query_array('[3]', '$[*] * 1.50 - 0.5 % 0.3')

-- duckdb
SELECT json_extract('{"a":{"b":[1,2]}}', '$.a.b[1]'), json_extract('{"a":{"b":[1,2]}}', '/a/b/0'), json_extract('{"a":{"b":[1,2]}}', 'a'), json_extract('[1,2]', 0), json_extract('{"a":1}', '$.x')

-- duckdb
SELECT json_extract_string('{"a":"x"}', '$.a'), json_extract_string('{"a":[1]}', '$.a')

-- duckdb
SELECT json_type('1'), json_type('-1'), json_type('1.5'), json_type('"x"'), json_type('null'), json_type('true'), json_type('[]'), json_type('{}'), json_type('{"a":1}', '$.a'), json_type('99999999999999999999')

-- duckdb
SELECT json_structure('{"a":1,"b":"x","c":[1,2],"d":null,"e":{"f":true}, "g":1.5, "h":[], "i":[1,"x"], "j":-1, "k":[{"a":1},{"b":2}]}'), json_structure('[1,-1]')

-- duckdb
SELECT json_merge_patch('{"a":1,"b":{"c":1}}', '{"b":{"c":null,"d":2},"e":3}'), json_merge_patch('1', '{"a":null}'), json_merge_patch('{"a":1}','2'), json_merge_patch('{"a":1}','{"b":2}','{"c":3}')

-- duckdb
SELECT json_object('a', 1, 'b', 'x'), json_quote('x"y'), json_quote(1.5), json_pretty('{"a":1,"b":[1,2],"c":{},"d":[]}')

-- duckdb
SELECT json_group_array(x), json_group_object(x, x+1) from (values (1),(2)) t(x)

-- duckdb
SELECT '{"a":1}' -> '$.a', '{"a":"x"}' ->> '$.a', '{"a":"x"}'->'a', '{"a.b":"x"}'->'a.b', '[1,2]'->1, '[1,2]'->'$[#-1]', '[1,2]'->>-1

-- duckdb
SELECT json_array_length('{"a":[1]}', '$.a'), json_extract('{"a":1}', '$'), json_extract('{"a b":1}', '$."a b"')
