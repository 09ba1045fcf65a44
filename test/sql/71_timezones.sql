-- Time zones of vaults: regions and UTC (MODEL U5).

SET timezone = 'UTC';

-- Regions and UTC, in any case; no offset, whose sign is read either way, and no abbreviation, whatever the server knows
SELECT zone, regexp_replace(try.refusal(format('SELECT pointsvault.create_vault(''tried'', timezone => %L)', zone)), ' \(Offsets.*', ' (...)') AS refusal
FROM unnest('{UTC,utc,Etc/UTC,Asia/Shanghai,asia/shanghai,America/Argentina/Ushuaia,America/Port-au-Prince,Asia/Kathmandu,Antarctica/Troll,
  UTC+8,UTC-8,UTC8,GMT+8,GMT-8,GMT+0,Etc/GMT-8,Etc/GMT+8,Etc/GMT0,Etc/GMT,GMT,+08:00,+08,-8,8,<+08>-8,EST5EDT,CST6CDT,"EST5EDT,J60/0,J300/0",
  CST,EST,CET,MET,HST,Zulu,UCT,Universal,Factory,localtime,posixrules,posix/Asia/Shanghai,right/Asia/Shanghai,SystemV/EST5,Asia/Shanghai-8,
  America/Port-5,Asia/Nowhere,Asia/,Asia,/Shanghai,Asia/../UTC,Asia/../../../etc/passwd," Asia/Shanghai",Mars/Olympus,上海,Asia/上海}'::text[]) AS zone;
SELECT state, detail, hint FROM try.attempt($$SELECT pointsvault.create_vault('tried', timezone => 'GMT+8')$$);
-- countries' older names, which not every server has
SELECT zone FROM unnest('{PRC,Japan,Singapore,ROK,NZ,GB,US/Pacific}'::text[]) AS zone
WHERE (try.refusal(format('SELECT pointsvault.create_vault(''tried'', timezone => %L)', zone)) = 'not refused') <> EXISTS (SELECT FROM pg_timezone_names WHERE name = zone);
-- a vault that was made with an offset, as earlier ones could be, goes on with it
SELECT pointsvault.create_vault('offset', '{"growth": {}}') AS o \gset
UPDATE pointsvault.vault SET timezone = 'UTC-8' WHERE id = :o;
SELECT pointsvault.enroll(:o, 'ann') IS NOT NULL AS enrolled;
SELECT points, day = (at AT TIME ZONE 'Asia/Shanghai')::date AS of_shanghai FROM pointsvault.purchase(:o, 'ann', 100, 'p1');
