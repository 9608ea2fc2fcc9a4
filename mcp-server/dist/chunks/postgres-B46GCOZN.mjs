import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a}from"./chunk-JTW5VDIZ.mjs";import"./chunk-A6DI2YYY.mjs";import"./chunk-J2X3UKLL.mjs";import"./chunk-WEHM3UMN.mjs";import"./chunk-PRUKBESW.mjs";import"./chunk-QZ5BM5FV.mjs";import"./chunk-KLRT66XI.mjs";import"./chunk-4VH2MET7.mjs";export{a as PostgresGraph};
