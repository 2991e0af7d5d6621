/** The package's version. */
export const version: string = __ORBIT_VERSION__;
