import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
import{o as r,q as n}from"./chunk-M3SCIA7Q.mjs";function i(e){return e===void 0?void 0:`${n.major}.${e}`}function d(e,o){return e.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(a=>o(new r(a,new Map)))}export{i as a,d as b};
