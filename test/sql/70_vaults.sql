-- A vault made again: the same arguments are told apart from a name taken.

SELECT pointsvault.create_vault('again', '{"growth": {"pool_rate": 0.1}}', 'EUR', 'UTC') AS again \gset
SELECT * FROM try.refused(NULL,
  $$create_vault('again', '{"growth": {"pool_rate": 0.1}}', 'EUR', 'UTC')$$,
  $$create_vault('again', '{"growth": {"pool_rate": 0.2}}', 'EUR', 'UTC')$$);
SELECT hint FROM try.attempt($$SELECT pointsvault.create_vault('again', '{"growth": {"pool_rate": 0.1}}', 'EUR', 'UTC')$$);

-- for who asks for it, whatever was set since then
SELECT pointsvault.set_policy(:again, '{"growth": {"pool_rate": 0.2}}') AS version;
SELECT pointsvault.create_vault('again', '{"growth": {"pool_rate": 0.10}}', 'EUR', 'UTC', true) = :again AS same;
SELECT pointsvault.create_vault('another', if_not_exists => true) <> :again AS new;
SELECT policy_version, last_seq FROM pointsvault.vault_status WHERE vault = :again;
SELECT * FROM try.refused(NULL,
  $$create_vault('again', '{"growth": {"pool_rate": 0.2}}', 'EUR', 'UTC', true)$$,
  $$create_vault('again', '{"growth": {"pool_rate": 0.1}}', 'USD', 'UTC', true)$$,
  $$create_vault('again', '{"growth": {"pool_rate": 0.1}}', 'EUR', 'Etc/UTC', true)$$,
  $$create_vault('again', '{"growth": {"pool": 0.1}}', 'EUR', 'UTC', true)$$,
  $$create_vault('again', '{"growth": {"pool_rate": 0.1}}', 'EUR', 'UTC', NULL)$$);
