extern "C" int flare_eve_placeholder(void){return 0;}
