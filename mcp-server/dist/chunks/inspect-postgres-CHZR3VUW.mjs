import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a as m,b as _}from"./chunk-RJAYC4D4.mjs";import{a as p}from"./chunk-NG7YLIIR.mjs";import{h as i}from"./chunk-N2C76E36.mjs";import"./chunk-XVZCN3QS.mjs";import"./chunk-WEHM3UMN.mjs";import"./chunk-PQOY5TTV.mjs";import"./chunk-QZ5BM5FV.mjs";import"./chunk-H3P666AY.mjs";import"./chunk-4VH2MET7.mjs";async function u(t,r){let{db:e,place:n,minor:a}=await new p(t,r).inspect(),{rows:s}=await i`select
    current_setting('server_version') as version,
    pg_is_in_recovery() or current_setting('default_transaction_read_only') = 'on' as read_only`.execute(e),[c]=s;return{engine:"postgres",place:n,version:m(a),serverVersion:c?.version??"unknown",readOnly:c?.read_only===!0,read:o=>_(e,o),openTransactions:o=>l(e,o),close:()=>e.destroy()}}async function l(t,r){let{rows:e}=await i`select pid,
      coalesce(host(client_addr), 'this machine') as client,
      (extract(epoch from clock_timestamp() - xact_start) * 1000)::integer as age_ms
    from pg_stat_activity
    where application_name = 'parallel' and datname = current_database() and pid <> pg_backend_pid()
      and xact_start < clock_timestamp() - make_interval(secs => ${r/1e3})
    order by xact_start`.execute(t);return e.map(({pid:n,client:a,age_ms:s})=>({pid:n,client:a,ageMs:s}))}export{u as inspectPostgres};
