import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a}from"./chunk-4E7FYJJR.mjs";import"./chunk-ZCSEK3OE.mjs";import"./chunk-AZVDPDEC.mjs";import"./chunk-655FZKBN.mjs";import"./chunk-4VH2MET7.mjs";export{a as PostgresGraph};
