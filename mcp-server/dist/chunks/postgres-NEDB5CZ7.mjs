import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a}from"./chunk-5YGKBQZN.mjs";import"./chunk-TVXDSXFL.mjs";import"./chunk-AZVDPDEC.mjs";import"./chunk-WEHM3UMN.mjs";import"./chunk-5O7LEMTS.mjs";import"./chunk-KLRT66XI.mjs";import"./chunk-4VH2MET7.mjs";export{a as PostgresGraph};
