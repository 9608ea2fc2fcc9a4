import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a}from"./chunk-PZN3GDAY.mjs";import"./chunk-M3SCIA7Q.mjs";import"./chunk-JAAG7XUX.mjs";import"./chunk-WEHM3UMN.mjs";import"./chunk-P2ONPE3F.mjs";import"./chunk-QZ5BM5FV.mjs";import"./chunk-H3P666AY.mjs";import"./chunk-4VH2MET7.mjs";export{a as PostgresGraph};
