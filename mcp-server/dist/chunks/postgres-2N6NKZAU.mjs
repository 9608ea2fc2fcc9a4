import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{a}from"./chunk-N3LL3U3H.mjs";import"./chunk-7DXQEAXN.mjs";import"./chunk-J2X3UKLL.mjs";import"./chunk-WEHM3UMN.mjs";import"./chunk-SGFMKIB6.mjs";import"./chunk-QZ5BM5FV.mjs";import"./chunk-TT3FK4A7.mjs";import"./chunk-4VH2MET7.mjs";export{a as PostgresGraph};
