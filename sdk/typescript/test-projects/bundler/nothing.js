import "@layers/partner";
import "@layers/partner/operator";
