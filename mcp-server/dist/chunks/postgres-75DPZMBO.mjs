import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a}from"./chunk-XSXG6XL7.mjs";import"./chunk-FHE7GW45.mjs";import"./chunk-JZKLM7TZ.mjs";import"./chunk-WEHM3UMN.mjs";import"./chunk-PRUKBESW.mjs";import"./chunk-QZ5BM5FV.mjs";import"./chunk-KLRT66XI.mjs";import"./chunk-4VH2MET7.mjs";export{a as PostgresGraph};
