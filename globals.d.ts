/** The version in package.json, put in by the build and by the test runner. */
declare const __ORBIT_VERSION__: string;
