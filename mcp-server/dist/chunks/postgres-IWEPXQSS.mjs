import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a}from"./chunk-QMQTVFFU.mjs";import"./chunk-Y7IQR27K.mjs";import"./chunk-AZVDPDEC.mjs";import"./chunk-WEHM3UMN.mjs";import"./chunk-KYMIXFO2.mjs";import"./chunk-4VH2MET7.mjs";export{a as PostgresGraph};
