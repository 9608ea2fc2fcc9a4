import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a}from"./chunk-HYMOLZA7.mjs";import"./chunk-7N2OR37S.mjs";import"./chunk-3BRJ7YZO.mjs";import"./chunk-WEHM3UMN.mjs";import"./chunk-S576KWZF.mjs";import"./chunk-QZ5BM5FV.mjs";import"./chunk-TT3FK4A7.mjs";import"./chunk-4VH2MET7.mjs";export{a as PostgresGraph};
