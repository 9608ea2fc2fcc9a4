import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a}from"./chunk-QS27Z64B.mjs";import"./chunk-66KYW7SC.mjs";import"./chunk-ECZJQFHL.mjs";import"./chunk-WEHM3UMN.mjs";import"./chunk-M4RHFORW.mjs";import"./chunk-QZ5BM5FV.mjs";import"./chunk-PJ7GNWX2.mjs";import"./chunk-4VH2MET7.mjs";export{a as PostgresGraph};
