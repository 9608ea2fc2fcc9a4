import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{b as a,c as b,d as c,e as d,f as e,g as f}from"./chunk-OMMHG7G5.mjs";import"./chunk-HUJNG7N2.mjs";import"./chunk-AZVDPDEC.mjs";import"./chunk-655FZKBN.mjs";import"./chunk-4VH2MET7.mjs";export{a as ImmediateSqliteDialect,e as corrupt,b as forKysely,d as hasTable,c as openSqlite,f as unusable};
