import { isolate } from "../harness/isolation.ts";
import { testNative } from "../harness/nativeLan.ts";

isolate();

testNative("1.18.4");
