import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a}from"./chunk-4EVZGXRL.mjs";import"./chunk-OZOTA6DY.mjs";import"./chunk-YSFDHQ24.mjs";import"./chunk-WEHM3UMN.mjs";import"./chunk-5O7LEMTS.mjs";import"./chunk-QZ5BM5FV.mjs";import"./chunk-KLRT66XI.mjs";import"./chunk-4VH2MET7.mjs";export{a as PostgresGraph};
