import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
var r=class extends Error{constructor(a,e,d,n){super(e,n);this.problem=a;this.remedy=d}problem;remedy;name="StoreUnusable"};export{r as a};
