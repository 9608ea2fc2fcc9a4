import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a}from"./chunk-4BOSEFVV.mjs";import"./chunk-HUJNG7N2.mjs";import"./chunk-AZVDPDEC.mjs";import"./chunk-655FZKBN.mjs";import"./chunk-4VH2MET7.mjs";export{a as PostgresGraph};
