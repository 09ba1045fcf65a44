-- Every way to read there is, for comparing two servers or two moments.
SELECT * FROM pointsvault.vault_status ORDER BY vault;
SELECT * FROM pointsvault.member ORDER BY vault, id;
SELECT * FROM pointsvault.holding ORDER BY vault, member;
SELECT * FROM pointsvault.lot ORDER BY vault, member, seq;
SELECT * FROM pointsvault.journal ORDER BY vault, seq;
SELECT * FROM pointsvault.posting ORDER BY vault, seq, account, member, asset;
SELECT * FROM pointsvault.exit_due ORDER BY vault, member, seq;
SELECT * FROM pointsvault.commission ORDER BY vault, seq, place;
SELECT * FROM pointsvault.agent ORDER BY vault, region;
SELECT * FROM pointsvault.release_plan ORDER BY vault, seq;
SELECT * FROM pointsvault.partner ORDER BY vault, member COLLATE "C";
SELECT * FROM pointsvault.award ORDER BY vault, seq;
SELECT vault, c.* FROM pointsvault.vault_status, pointsvault.exchange_custody(vault) c ORDER BY vault, c.day, c.destination COLLATE "C";
SELECT vault, a, t.* FROM pointsvault.vault_status, unnest('{points,shares,credits,cash}'::text[]) a, pointsvault.top_holders(vault, NULL, a) t ORDER BY vault, a, t.place;
SELECT * FROM pointsvault.team ORDER BY vault, member COLLATE "C";
SELECT * FROM pointsvault.policy ORDER BY vault, version;
SELECT * FROM pointsvault.dividend_day ORDER BY vault, day;
SELECT * FROM pointsvault.job_run ORDER BY id;
SELECT vault, member, d.* FROM pointsvault.member, pointsvault.dividend_history(vault, member) d ORDER BY vault, member, d.day;
SELECT vault, pointsvault.price_of(vault), pointsvault.vault_id(name), pointsvault.quote_purchase(vault, 99.99),
       CASE WHEN circulating > 0 THEN pointsvault.quote_redeem(vault, 1) END,
       CASE WHEN circulating > 0 THEN pointsvault.quote_redeem(vault, circulating, 'goods') END
FROM pointsvault.vault_status ORDER BY vault;
SELECT pointsvault.get_receipt(vault, ref) FROM pointsvault.journal WHERE ref IS NOT NULL ORDER BY vault, seq;
SELECT vault, v.* FROM pointsvault.vault_status, pointsvault.verify(vault) v ORDER BY vault, v.name;
SELECT vault, member, s.* FROM pointsvault.member, pointsvault.statement(vault, member) s ORDER BY vault, member, s.seq;
SELECT vault, member, h.* FROM pointsvault.member, pointsvault.holding_at(vault, member, 'infinity') h ORDER BY vault, member;
SELECT d.vault, m.member, d.day, h.* FROM pointsvault.dividend_day d JOIN pointsvault.member m USING (vault), pointsvault.holding_of_day(d.vault, m.member, d.day) h ORDER BY d.vault, m.member, d.day;
SELECT m.vault, m.member, s.* FROM pointsvault.member m JOIN pointsvault.vault_status v USING (vault), pointsvault.statement_of_days(m.vault, m.member, last_day => v.last_closed) s ORDER BY m.vault, m.member, s.seq;
SELECT vault, j.seq, e.* FROM pointsvault.journal j, pointsvault.explain_event(vault, j.seq) e ORDER BY vault, j.seq, e.step;
SELECT pointsvault.get_receipt(vault, 'no such ref') IS NULL FROM pointsvault.vault_status;
