import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a}from"./chunk-NG7YLIIR.mjs";import"./chunk-N2C76E36.mjs";import"./chunk-XVZCN3QS.mjs";import"./chunk-WEHM3UMN.mjs";import"./chunk-PQOY5TTV.mjs";import"./chunk-QZ5BM5FV.mjs";import"./chunk-H3P666AY.mjs";import"./chunk-4VH2MET7.mjs";export{a as PostgresGraph};
